import type { Finding, Rule } from './facts.ts'
import { reachesForNetwork } from './network.ts'

/** Longest part of a literal that is searched; data beyond it is no code. */
const SEARCHED = 65_536

const REVERSE_SHELL =
  /\/dev\/(?:tcp|udp)\/|\bbash\s+-i\b|\b(?:nc|ncat|netcat)\b[^\n]{0,80}\s-[a-z]*[ec]\b|\bmkfifo\b[^\n]{0,200}\bnc\b|\bsocat\b[^\n]{0,80}\bexec:/i
const COIN_DIGGER =
  /stratum\+(?:tcp|ssl|udp):\/\/|\b(?:xmrig|minerd|cpuminer|cgminer|ethminer|nbminer|t-rex-miner|phoenixminer|nicehash|cryptonight|randomx)\b|--donate-level\b/i
const DROP_SITE =
  /discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org\/bot|hooks\.slack\.com\/services|\bwebhook\.site\b|\b(?:transfer\.sh|pastebin\.com|requestbin|pipedream\.net|burpcollaborator|interact\.sh|oastify\.com|ngrok(?:-free)?\.(?:io|app))\b/i
const PRINTS = /(?:^|\.)(?:print|log|info|debug|warn(?:ing)?|error|add_argument|ArgumentParser|write)$/

/** Plain attacks by what only they contain: reverse shells, coin diggers, dead drops for stolen data. */
export const attacks: Rule = (input) => {
  const { facts } = input
  const findings: Finding[] = []
  let networked: boolean | null = null
  for (const { text, place, within } of facts.texts) {
    const searched = text.slice(0, SEARCHED)
    const harmless = within === '' || PRINTS.test(within)
    if (REVERSE_SHELL.test(searched)) {
      findings.push({
        rule: 'reverse-shell',
        severity: harmless ? 'hold' : 'reject',
        message: 'This text opens a shell to another machine.',
        place,
      })
    }
    if (COIN_DIGGER.test(searched)) {
      findings.push({
        rule: 'coin-digging',
        severity: harmless && within !== '' ? 'hold' : 'reject',
        message: 'This digs for coins on a provider’s device.',
        place,
      })
    }
    if (DROP_SITE.test(searched)) {
      networked ??= reachesForNetwork(input)
      const sends = networked || /\b(?:curl|wget)\b/.test(searched)
      findings.push({
        rule: 'exfiltration',
        severity: sends ? 'reject' : 'hold',
        message: 'This is an address for dropping data outside the network.',
        place,
      })
    }
  }
  return [...findings, ...shellOverSocket(input)]
}

/** A socket whose ends become a process's standard streams is a reverse shell, whatever the texts say. */
const shellOverSocket: Rule = ({ facts, language }) => {
  if (language === 'python') {
    const socket = facts.calls.some(
      (call) => call.name === 'socket.socket' || call.name === 'socket.create_connection',
    )
    const redirect = facts.calls.find((call) => call.name === 'os.dup2' || call.name === 'pty.spawn')
    if (!socket || redirect === undefined) return []
    return [
      {
        rule: 'reverse-shell',
        severity: 'reject',
        message: 'A network connection is tied to a shell’s input and output.',
        place: redirect.place,
      },
    ]
  }
  const socket = facts.calls.some((call) =>
    /^(?:net|tls)\.(?:connect|createConnection|Socket)$/.test(call.name),
  )
  const shell = facts.calls.find((call) => {
    const command = call.args[0]
    return (
      /^child_process\.(?:spawn|exec|execFile)$/.test(call.name) &&
      command?.kind === 'string' &&
      /(?:^|\/)(?:ba|da|z)?sh$|cmd\.exe$/.test(command.text)
    )
  })
  if (!socket || shell === undefined) return []
  return [
    {
      rule: 'reverse-shell',
      severity: 'reject',
      message: 'A network connection is tied to a shell’s input and output.',
      place: shell.place,
    },
  ]
}
