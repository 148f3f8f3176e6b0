import { describe, expect, it } from 'vitest'
import { violationsOf } from './direction.ts'

const messages = (file: string, text: string) =>
  violationsOf(file, text).map((violation) => violation.message)

describe('the direction of imports', () => {
  it('lets a room use what is below it and itself', () => {
    expect(
      messages(
        'lib/jobs/transition.ts',
        "import { a } from '../kernel/ids.ts'\nimport { b } from './x.ts'\nimport { z } from 'zod'",
      ),
    ).toEqual([])
  })
  it('refuses a room above, however the import is written', () => {
    for (const text of [
      "import { a } from '#lib/realtime/x.ts'",
      "export { a } from '../realtime/x.ts'",
      "const a = await import('../realtime/x.ts')",
      "import type { A } from '../realtime/x.ts'",
    ]) {
      expect(messages('lib/jobs/transition.ts', text)).toHaveLength(1)
    }
  })
  it('refuses another room\u2019s store and lets everybody use rules', () => {
    expect(messages('lib/jobs/a.ts', "import { a } from '../nodes/store.ts'")[0]).toContain('store')
    expect(messages('lib/nodes/a.ts', "import { a } from '../jobs/rules/states.ts'")).toEqual([])
    expect(messages('components/job/a.tsx', "import { a } from '#lib/jobs/rules/states.ts'")).toEqual([])
  })
  it('keeps rules pure', () => {
    expect(messages('lib/jobs/rules/a.ts', "import { a } from '../../db/client.ts'")[0]).toContain('rule')
  })
  it('keeps what strangers run small', () => {
    expect(messages('worker/main.ts', "import { a } from '#lib/protocol/x.ts'")).toEqual([])
    expect(messages('worker/main.ts', "import { a } from '#lib/db/client.ts'")).toHaveLength(1)
    expect(messages('cli/main.ts', "import { a } from '../lib/jobs/rules/states.ts'")).toHaveLength(1)
  })
  it('keeps pages away from the database and libraries away from pages', () => {
    expect(messages('app/page.tsx', "import { a } from '#lib/db/client.ts'")).toHaveLength(1)
    expect(messages('lib/web/a.ts', "import { a } from '#components/ui/x.tsx'")).toHaveLength(1)
  })
})
