/** Who may import whom. The table is the whole rule; docs/architecture.md says why. */

/** Rooms of lib/ from the bottom up: a room imports rooms before it in this list, never one after it. */
const ORDER = [
  'kernel',
  'config',
  'protocol',
  'db',
  'chain',
  'auth',
  'ops',
  'nodes',
  'vetting',
  'ledger',
  'jobs',
  'auction',
  'scheduler',
  'realtime',
  'process',
  'web',
] as const

/** What the rooms outside lib/ may import, as beginnings of paths. Each may import itself. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  worker: ['lib/kernel/', 'lib/protocol/'],
  cli: ['lib/kernel/', 'lib/protocol/'],
  components: ['lib/kernel/', 'lib/protocol/', 'lib/chain/generated/', 'lib/web/i18n/'],
  app: ['components/', 'lib/'],
}

/** What a page never touches although `lib/` is open to it: it asks a service. */
const CLOSED_TO_PAGES = ['lib/db/', 'lib/config/', 'lib/process/', 'lib/realtime/', 'lib/scheduler/']

/** Free to import anything: they build, test and start the rest. */
const FREE = [
  'scripts/',
  'tests/',
  'server.ts',
  'next.config.ts',
  'drizzle.config.ts',
  'vitest.config.ts',
  'playwright.config.ts',
  'proxy.ts',
]

export type Violation = { readonly file: string; readonly line: number; readonly message: string }

/** Every import of `text` that the table forbids. `file` and results are paths from the root. */
export function violationsOf(file: string, text: string): Violation[] {
  if (FREE.some((start) => file.startsWith(start)) || /\.test(ing)?\.tsx?$|\/testing\//.test(file)) return []
  const found: Violation[] = []
  for (const { target, line } of importsOf(file, text)) {
    const message = problemWith(file, target)
    if (message !== null) found.push({ file, line, message })
  }
  return found
}

function problemWith(from: string, to: string): string | null {
  if (FREE.some((start) => to.startsWith(start)))
    return `${roomOf(from)} imports ${to}: nothing imports scripts, tests or entries`
  const source = roomOf(from)
  const target = roomOf(to)
  if (source === target || target === 'messages') return null
  if (/\/store\.ts$/.test(to))
    return `${source} imports ${to}: a store belongs to its own room, ask the room's service`
  // Rules are pure and open to all; in return they may use nothing but the ground floor and other rules.
  if (
    from.includes('/rules/') &&
    !to.includes('/rules/') &&
    target !== 'lib/kernel' &&
    target !== 'lib/protocol'
  ) {
    return `${from} is a rule and imports ${to}: rules use kernel, protocol and rules alone`
  }
  if (to.includes('/rules/') && to.startsWith('lib/'))
    return source === 'worker' || source === 'cli' ? ground(source, to) : null
  if (source.startsWith('lib/')) {
    if (!target.startsWith('lib/')) return `${source} imports ${to}: nothing in lib knows ${target}`
    const [mine, theirs] = [ORDER.indexOf(source.slice(4) as never), ORDER.indexOf(target.slice(4) as never)]
    if (mine < 0) return `${source} is not in the list of rooms: add it to scripts/check/direction.ts`
    if (theirs < 0) return `${target} is not in the list of rooms: add it to scripts/check/direction.ts`
    return theirs > mine
      ? `${source} imports ${to}, but ${target} is above ${source}: news travels upward as outbox rows, never as imports`
      : null
  }
  return ground(source, to)
}

function ground(source: string, to: string): string | null {
  const allowed = OUTSIDE[source]
  if (allowed === undefined)
    return `${source} is not in the list of rooms: add it to scripts/check/direction.ts`
  if (source === 'app' && CLOSED_TO_PAGES.some((start) => to.startsWith(start)))
    return `app imports ${to}: pages and routes ask a service or lib/web`
  if (allowed.some((start) => to.startsWith(start))) return null
  return `${source} imports ${to}, and may import ${allowed.join(', ')} alone`
}

/** `lib/<room>` inside lib, else the first folder. */
function roomOf(path: string): string {
  const parts = path.split('/')
  return parts[0] === 'lib' && parts.length > 2 ? `lib/${parts[1]}` : (parts[0] ?? path)
}

/** Imports of our own files: `#lib/...` and relative ones, as paths from the root. Packages are left out. */
export function importsOf(file: string, text: string): { target: string; line: number }[] {
  const found: { target: string; line: number }[] = []
  const pattern = /(?:from\s+|import\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm
  for (const match of text.matchAll(pattern)) {
    const specifier = match[1] ?? ''
    const line = text.slice(0, match.index).split('\n').length + (match[0].match(/^\s*\n/g)?.length ?? 0)
    if (specifier.startsWith('#')) found.push({ target: specifier.slice(1), line })
    else if (specifier.startsWith('.')) found.push({ target: resolved(file, specifier), line })
  }
  return found
}

function resolved(file: string, specifier: string): string {
  const parts = file.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
