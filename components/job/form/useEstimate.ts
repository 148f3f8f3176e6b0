'use client'

import { useEffect, useState } from 'react'
import { type EstimateView, estimateViewSchema } from '#lib/protocol/jobRequest.ts'
import { type BuiltJob, buildJob } from './buildJob.ts'
import { type Draft, problemsOf } from './draft.ts'

export interface Estimate {
  readonly state: 'waiting' | 'asking' | 'known' | 'failed'
  readonly view: EstimateView | null
  readonly job: BuiltJob | null
  readonly reason: string | null
}

/** Builds the job from the draft and asks the network what it will cost, half a second after the last change. */
export function useEstimate(draft: Draft): Estimate {
  const [estimate, setEstimate] = useState<Estimate>({
    state: 'waiting',
    view: null,
    job: null,
    reason: null,
  })
  useEffect(() => {
    if (problemsOf(draft).length > 0) {
      setEstimate({ state: 'waiting', view: null, job: null, reason: null })
      return
    }
    const stop = new AbortController()
    setEstimate((before) => ({ ...before, state: 'asking', job: null }))
    const timer = setTimeout(async () => {
      try {
        const job = await buildJob(draft)
        const response = await fetch('/api/v1/estimate', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ spec: job.spec }),
          signal: stop.signal,
        })
        const body: unknown = await response.json()
        if (stop.signal.aborted) return
        if (!response.ok)
          setEstimate({
            state: 'failed',
            view: null,
            job,
            reason: (body as { detail?: string }).detail ?? String(response.status),
          })
        else setEstimate({ state: 'known', view: estimateViewSchema.parse(body), job, reason: null })
      } catch (error) {
        if (!stop.signal.aborted)
          setEstimate({
            state: 'failed',
            view: null,
            job: null,
            reason: error instanceof Error ? error.message : null,
          })
      }
    }, 500)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [draft])
  return estimate
}
