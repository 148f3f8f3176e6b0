import type { Call, Finding, Rule, Value } from './facts.ts'
import { callsWithin, settle } from './values.ts'

const EXECUTE = {
  python:
    /^(?:exec|eval|compile|runpy\.run_path|types\.(?:FunctionType|CodeType)|code\.InteractiveInterpreter|code\.interact)$/,
  javascript:
    /^(?:eval|Function|vm\.(?:runIn\w+|compileFunction|Script|SourceTextModule)|globalThis\.eval|setTimeout\.constructor)$/,
}
const DECODE =
  /(?:^|\.)(?:b(?:16|32|64|85)decode|a85decode|decodebytes|standard_b64decode|urlsafe_b64decode|decompress|unhexlify|a2b_\w+|fromhex|inflate(?:Raw)?Sync|gunzipSync|unzipSync|brotliDecompressSync|atob|fromCharCode|fromCodePoint)$|^(?:marshal\.loads?|codecs\.(?:decode|getdecoder)|Buffer\.from|zlib\.decompress\w*|chr|unescape|decodeURIComponent)$/
const READS = /(?:^|\.)(?:read|read_text|readFileSync|open|literal_eval|input|readline)$/

/** Code that is executed but cannot be read in the script: decoded, computed, or reached through a disguised name. */
export const hiddenExecution: Rule = ({ facts, language }) => {
  const findings: Finding[] = []
  const add = (call: Call, severity: Finding['severity'], message: string) =>
    findings.push({ rule: 'hidden-execution', severity, message, place: call.place })

  for (const call of facts.calls) {
    if (language === 'python') {
      const builtins = disguisedBuiltin(call)
      if (builtins !== null)
        add(
          call,
          builtins ? 'reject' : 'hold',
          'A built-in function is fetched through a computed name, which hides what is called.',
        )
      if (call.name === 'marshal.loads' || call.name === 'marshal.load')
        add(call, 'hold', 'Compiled Python code is loaded; what it does cannot be read here.')
    }
    if (!EXECUTE[language].test(call.name)) continue
    const argument = call.args[call.name === 'Function' ? call.args.length - 1 : 0]
    if (argument === undefined) continue
    const inner = callsWithin(argument, facts)
    const value = settle(argument, facts)
    if (inner.some((each) => DECODE.test(each.name))) {
      add(
        call,
        'reject',
        `Decoded data is executed as code by ${call.name}; what runs cannot be read in the script.`,
      )
    } else if (value?.kind === 'string') {
      if (value.plain)
        add(call, 'note', `${call.name} executes a text that stands in the script; it was read as code too.`)
      else add(call, 'reject', `${call.name} executes code that is put together from pieces.`)
    } else if (value?.kind === 'call' && value.call.name === 'compile') {
      // Judged at the call of compile itself.
    } else if (
      call.name === 'compile' ||
      inner.some((each) => READS.test(each.name)) ||
      call.name === 'eval'
    ) {
      add(call, 'note', `${call.name} executes text the script computes or reads.`)
    } else {
      add(call, 'hold', `${call.name} executes computed code that cannot be read in the script.`)
    }
  }
  return findings
}

/** True: a name put together or computed. False: a plain literal name. Null: not a look-up among the built-ins. */
function disguisedBuiltin(call: Call): boolean | null {
  if (call.name !== 'getattr') return null
  const [object, attribute] = call.args
  if (object?.kind !== 'name' || !/^(?:__builtins__|builtins)$/.test(object.name)) return null
  return !isPlain(attribute)
}

function isPlain(value: Value | undefined): boolean {
  return value?.kind === 'string' && value.plain
}
