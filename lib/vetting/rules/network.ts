import type { Finding, Rule } from './facts.ts'

const MODULES = {
  python:
    /^(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|http\.server|ftplib|smtplib|poplib|imaplib|telnetlib|paramiko|fabric|websockets?|xmlrpc\.\w+|socketserver|pycurl|scapy|boto3|tweepy|discord|telegram)(?:\.|$)/,
  javascript:
    /^(?:net|http|https|http2|dgram|tls|dns|dns\/promises|inspector|axios|node-fetch|undici|ws|got)$/,
}
const CALLS = {
  python:
    /^(?:socket\.(?:socket|create_connection|create_server|getaddrinfo|gethostbyname)|urllib\.request\.\w+|asyncio\.(?:open_connection|start_server))$/,
  javascript: /^(?:fetch|WebSocket|EventSource|XMLHttpRequest|globalThis\.fetch)$/,
}

/** Use of a network that a job does not have. */
export const network: Rule = ({ facts, language }) => {
  const findings: Finding[] = []
  const message = (what: string) =>
    `${what} uses the network, and a job has none: connections fail inside the sandbox. Add what it would load as an input file.`
  for (const { module, place } of facts.imports) {
    if (MODULES[language].test(module))
      findings.push({ rule: 'network', severity: 'hold', message: message(module), place })
  }
  for (const { name, place } of facts.calls) {
    if (CALLS[language].test(name))
      findings.push({ rule: 'network', severity: 'hold', message: message(name), place })
  }
  return findings
}

/** Whether a script reaches for the network at all, for rules that judge what it would send. */
export const reachesForNetwork = (input: Parameters<Rule>[0]): boolean => network(input).length > 0
