import type { Finding, Rule } from './facts.ts'

const SECRET_PLACE =
  /(?:^|[/\\~"'\s])\.(?:ssh\/(?:id_|authorized_keys|config)|ssh\/?$|aws\/(?:credentials|config)|config\/gcloud|azure\/|kube\/config|docker\/config\.json|netrc\b|git-credentials|npmrc\b|pypirc\b|gnupg\b|ethereum\/keystore|electrum\b|bitcoin\b|mozilla\/firefox|bash_history)|\/etc\/(?:shadow|gshadow|sudoers)\b|\/proc\/(?:self|\d+|\*)\/(?:environ|mem|root)\b|\bwallet\.dat\b|\b169\.254\.169\.254\b|metadata\.google\.internal|docker\.sock\b|Login Data\b|\/var\/run\/secrets\b/
const PRINTS = /(?:^|\.)(?:print|log|info|debug|warn(?:ing)?|error|add_argument|ArgumentParser)$/

/** Places where machines keep their owners' secrets. */
export const credentials: Rule = ({ facts }) => {
  const findings: Finding[] = []
  for (const { text, place, within } of facts.texts) {
    // A place is a short text; longer ones are data or documentation.
    if (text.length > 4096) continue
    const match = SECRET_PLACE.exec(text)
    if (match === null) continue
    const used = within !== '' && !PRINTS.test(within)
    findings.push({
      rule: 'credentials',
      severity: used ? 'reject' : 'hold',
      message: `${match[0].trim().slice(0, 60)} is a place where a machine keeps its owner’s secrets.`,
      place,
    })
  }
  return findings
}
