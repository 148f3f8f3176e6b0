'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { dashboardSocket } from '#components/realtime/dashboardSocket.ts'
import { DASHBOARD_EVENTS, networkChangedSchema } from '#lib/protocol/dashboardEvents.ts'

/** Reads the page's data again when the network says that something it shows has changed; at most once in two seconds. */
export function NetworkPulse({ topics }: { topics: readonly ('nodes' | 'jobs' | 'chain')[] }) {
  const router = useRouter()
  const wanted = useRef(topics)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const socket = dashboardSocket()
    const refresh = () => {
      if (timer !== null) return
      timer = setTimeout(() => {
        timer = null
        if (document.visibilityState === 'visible') router.refresh()
      }, 2000)
    }
    const onChange = (message: unknown) => {
      const change = networkChangedSchema.safeParse(message)
      if (change.success && wanted.current.includes(change.data.topic)) refresh()
    }
    const watch = () => socket.emit(DASHBOARD_EVENTS.watchNetwork)
    if (socket.connected) watch()
    socket.on('connect', watch)
    socket.on(DASHBOARD_EVENTS.networkChanged, onChange)
    return () => {
      if (timer !== null) clearTimeout(timer)
      socket.off('connect', watch)
      socket.off(DASHBOARD_EVENTS.networkChanged, onChange)
    }
  }, [router])
  return null
}
