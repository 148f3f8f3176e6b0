/** Entry of the reader thread: reads one job's scripts at a time, so that no script can stop the process that asks. */
import { parentPort } from 'node:worker_threads'
import { type Analysis, analyse, type ScriptLanguage } from './analyse.ts'
import { Budget } from './syntax/budget.ts'
import { loadGrammars } from './syntax/grammars.ts'

export interface ReadRequest {
  id: number
  milliseconds: number
  scripts: { path: string; language: ScriptLanguage; text: string }[]
}

export interface ReadReply {
  id: number
  analyses: { path: string; analysis: Analysis }[]
}

const port = parentPort
if (port === null) throw new Error('this file is the entry of a worker thread')
await loadGrammars()
port.on('message', ({ id, milliseconds, scripts }: ReadRequest) => {
  const budget = new Budget(milliseconds)
  const reply: ReadReply = {
    id,
    analyses: scripts.map(({ path, language, text }) => ({
      path,
      analysis: analyse(language, text, budget),
    })),
  }
  port.postMessage(reply)
})
port.postMessage('ready')
