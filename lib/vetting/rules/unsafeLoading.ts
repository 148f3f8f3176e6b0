import type { Finding, Rule } from './facts.ts'

const PICKLES =
  /^(?:c?[pP]ickle|_pickle|dill|cloudpickle|joblib|pandas|shelve)\.(?:loads?|read_pickle|Unpickler|open)$/

/** Formats whose loading can run code. The job's own files of such a format are looked into by themselves. */
export const unsafeLoading: Rule = ({ facts, language }) => {
  if (language !== 'python') return []
  const findings: Finding[] = []
  for (const call of facts.calls) {
    const on = (name: string) => {
      const value = call.named.get(name)
      return value?.kind === 'name' && value.name === 'True'
    }
    const unsafe =
      PICKLES.test(call.name) ||
      (call.name === 'torch.load' && !on('weights_only')) ||
      (/^(?:numpy|np)\.load$/.test(call.name) && on('allow_pickle')) ||
      (/^yaml\.(?:load|unsafe_load)$/.test(call.name) &&
        !/Safe/.test(JSON.stringify([...call.args, ...call.named.values()])))
    if (unsafe) {
      findings.push({
        rule: 'unsafe-loading',
        severity: 'note',
        message: `${call.name} runs code that stands in the file it loads. Files of the job were looked into.`,
        place: call.place,
      })
    }
  }
  return findings
}
