import type { Call, Finding, Rule, RuleInput, Value } from './facts.ts'
import { HOLE } from './facts.ts'
import { settle } from './values.ts'

const TEXT_CALLS =
  /^(?:os\.(?:system|popen)|subprocess\.(?:getoutput|getstatusoutput)|commands\.\w+|pty\.spawn|asyncio\.create_subprocess_shell|child_process\.exec(?:Sync)?)$/
const LIST_CALLS =
  /^(?:subprocess\.(?:run|call|check_call|check_output|Popen)|os\.(?:exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|asyncio\.create_subprocess_exec|child_process\.(?:spawn|spawnSync|execFile|execFileSync|fork))$/
const SHELL = /^(?:.*\/)?(?:sh|bash|dash|zsh|ksh|ash|fish)$/
const INTERPRETER = /^(?:.*\/)?(?:sh|bash|dash|zsh|ksh|ash|python[\d.]*|node|perl|ruby|php)$/
const DOWNLOAD = /^(?:.*\/)?(?:curl|wget|fetch|aria2c|lynx)$/
const CONNECT = /^(?:.*\/)?(?:nc|ncat|netcat|socat|telnet|ssh|scp|sftp|rsync|ftp)$/
const DECODER = /^(?:.*\/)?(?:base64|xxd|openssl|gunzip|zcat|uudecode)$/
const DESTROY =
  /^(?:.*\/)?(?:mkfs(?:\..*)?|shutdown|reboot|insmod|modprobe|mount|umount|chroot|sudo|su|doas|nsenter|unshare|iptables)$/
const DEEPEST = 4

/** Programs that a script starts. A program with a literal name and arguments is fine; shell text is read by its own grammar. */
export const shell: Rule = (input) => {
  const findings: Finding[] = []
  for (const call of input.facts.calls) {
    const aboutShell = TEXT_CALLS.test(call.name)
    if (!aboutShell && !LIST_CALLS.test(call.name)) continue
    const problem =
      aboutShell || asksForShell(call, input) ? judgeText(call.args[0], input) : judgeList(call, input)
    if (problem !== null) findings.push({ rule: 'shell', ...problem, place: call.place })
  }
  return findings
}

type Problem = { severity: Finding['severity']; message: string } | null

function asksForShell(call: Call, { facts }: RuleInput): boolean {
  const option = settle(call.named.get('shell'), facts)
  return option !== undefined && !(option.kind === 'name' && /^(?:False|false)$/.test(option.name))
}

function judgeText(value: Value | undefined, input: RuleInput): Problem {
  const text = settle(value, input.facts)
  if (text?.kind === 'string' || text?.kind === 'template') return judgeShellText(text.text, input, 0)
  if (text?.kind === 'list') return judgeWords(text.items, input)
  return { severity: 'hold', message: 'A shell runs a computed text that cannot be read in the script.' }
}

function judgeList(call: Call, input: RuleInput): Problem {
  const first = settle(call.args[0], input.facts)
  if (first?.kind === 'list') return judgeWords(first.items, input)
  const rest = settle(call.args[1], input.facts)
  const words = rest?.kind === 'list' ? [first, ...rest.items] : [first, ...call.args.slice(1)]
  return judgeWords(
    words.filter((word) => word !== undefined),
    input,
  )
}

function judgeWords(values: readonly Value[], input: RuleInput): Problem {
  const words = values.map((value) => {
    const word = settle(value, input.facts)
    if (word?.kind === 'string' || word?.kind === 'template') return word.text
    if (word?.kind === 'name' && /^(?:sys\.executable|process\.execPath|process\.argv0)$/.test(word.name))
      return 'python'
    return HOLE
  })
  if (words[0] === undefined || words[0] === HOLE)
    return { severity: 'hold', message: 'The name of the program that is started is computed.' }
  return judgeCommand(words, input, 0)
}

function judgeShellText(text: string, input: RuleInput, depth: number): Problem {
  if (depth > DEEPEST) return { severity: 'hold', message: 'Shells are nested too deeply to be read.' }
  const parsed = input.shell(text)
  if (parsed === null) return { severity: 'hold', message: 'This shell text cannot be parsed.' }
  for (const line of parsed.pipelines) {
    const last = line.at(-1) ?? ''
    if (line.length < 2 || !INTERPRETER.test(last)) continue
    if (line.some((name) => DOWNLOAD.test(name)))
      return { severity: 'reject', message: 'This downloads a program and runs it unseen.' }
    if (line.some((name) => DECODER.test(name)))
      return { severity: 'reject', message: 'This decodes a program and runs it unseen.' }
  }
  return worst(parsed.commands.map((words) => judgeCommand(words, input, depth)))
}

function judgeCommand(words: readonly string[], input: RuleInput, depth: number): Problem {
  const [name = '', ...args] = words
  if (name.includes(HOLE))
    return { severity: 'hold', message: 'The name of the program that is started is computed.' }
  if (SHELL.test(name) || name === 'eval') {
    const at = name === 'eval' ? 0 : args.findIndex((arg) => /^-[a-z]*c$/.test(arg)) + 1
    const inner = name === 'eval' ? args.join(' ') : at > 0 ? args[at] : undefined
    if (inner === undefined) return null
    if (inner.trim() === HOLE)
      return { severity: 'hold', message: 'A shell runs a computed text that cannot be read in the script.' }
    return judgeShellText(inner, input, depth + 1)
  }
  if (/^(?:env|nohup|timeout|nice|time|exec|xargs|command)$/.test(name)) {
    const next = args.findIndex((arg) => !/^-|=|^\d+[smh]?$/.test(arg))
    return next === -1 ? null : judgeCommand(args.slice(next), input, depth + 1)
  }
  if (CONNECT.test(name))
    return { severity: 'hold', message: `${name} connects to other machines, and a job has no network.` }
  if (DOWNLOAD.test(name))
    return {
      severity: 'hold',
      message: `${name} downloads, and a job has no network. Add the file as an input.`,
    }
  if (DESTROY.test(name)) return { severity: 'reject', message: `${name} changes the machine it runs on.` }
  if (
    /^(?:.*\/)?rm$/.test(name) &&
    args.some((arg) => /^-\w*r/.test(arg)) &&
    args.some((arg) => /^(?:\/|~|\$HOME)\/?\*?$/.test(arg))
  ) {
    return { severity: 'reject', message: 'This deletes everything it can reach.' }
  }
  if (
    /^(?:.*\/)?(?:pip[\d.]*|npm|conda|apt|apt-get|git)$/.test(name) &&
    /^(?:install|add|clone|fetch|pull|ci|update)$/.test(args[0] ?? '')
  ) {
    return { severity: 'hold', message: `${name} ${args[0]} needs a network, and a job has none.` }
  }
  return null
}

function worst(problems: readonly Problem[]): Problem {
  return (
    problems.find((problem) => problem?.severity === 'reject') ??
    problems.find((problem) => problem !== null) ??
    null
  )
}
