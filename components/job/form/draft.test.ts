import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { JOB_TEMPLATES } from '../templates.ts'
import { buildJob } from './buildJob.ts'
import {
  draftFromSpec,
  draftFromTemplate,
  EMPTY_DRAFT,
  problemsOf,
  programProblem,
  runtimeOfName,
} from './draft.ts'

describe('the job form', () => {
  it('builds a spec from every template without a problem', async () => {
    for (const template of JOB_TEMPLATES) {
      const draft = draftFromTemplate(template, template.id)
      expect(problemsOf(draft)).toEqual([])
      const { spec, contents } = await buildJob(draft)
      const entry = spec.files[0]
      expect(entry?.sha256).toBe(createHash('sha256').update(template.code).digest('hex'))
      expect(contents.size).toBe(template.stdin === null ? 1 : 2)
    }
  })
  it('names an empty program, a bad tolerance and a time limit out of range', () => {
    const keys = problemsOf({
      ...EMPTY_DRAFT,
      code: '  ',
      method: 'number',
      tolerance: '2',
      timeoutSeconds: '0',
    }).map((problem) => problem.key)
    expect(keys).toEqual(['codeEmpty', 'tolerance', 'range'])
  })
  it('refuses names that leave the folder and two files of one name', () => {
    const file = (path: string) => ({ path, data: new Uint8Array(1) })
    const keys = problemsOf({ ...EMPTY_DRAFT, code: 'x', files: [file('../a'), file('b'), file('b')] }).map(
      (problem) => problem.key,
    )
    expect(keys).toEqual(['nameRefused', 'nameTwice'])
  })
  it('refuses as a program what is empty, binary or larger than a script may be', () => {
    expect(programProblem(new Uint8Array(0))).toBe('empty')
    expect(programProblem(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0))).toBe('binary')
    expect(programProblem(new Uint8Array(50 * 1024 * 1024).fill(65))).toBe('large')
    expect(programProblem(new TextEncoder().encode('print(1)'))).toBeNull()
    expect(runtimeOfName('a.exe')).toBeNull()
  })
  it('fills itself from an earlier job and takes the proposed comparison', async () => {
    const first = await buildJob({ ...EMPTY_DRAFT, code: 'console.log(1)', args: 'a\nb', stdin: 'in' })
    const again = draftFromSpec(first.spec, first.contents, 'number:1e-8')
    expect(again).toMatchObject({
      code: 'console.log(1)',
      args: 'a\nb',
      stdin: 'in',
      method: 'number',
      tolerance: '1e-8',
    })
    expect((await buildJob(draftFromSpec(first.spec, first.contents, null))).spec).toEqual(first.spec)
  })
})
