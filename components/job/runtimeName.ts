import type { RuntimeName } from '#lib/protocol/jobSpec.ts'

/** A runtime as people call it, in sentences and on buttons. */
export const RUNTIME_NAME: Readonly<Record<RuntimeName, string>> = { node: 'Node.js', python: 'Python' }
