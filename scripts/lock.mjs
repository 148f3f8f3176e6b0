/**
 * The lock file must install with npm 10, 11 and 12, on every platform.
 *
 *   node scripts/lock.mjs           writes it with npm 10 (newer ones write what older ones refuse) and completes it
 *   node scripts/lock.mjs --check   says what is wrong with it
 *
 * An entry may name optional packages of other platforms that the registry did not show when the lock was written. npm
 * then calls the lock out of step. Each gets an entry of its own here: version, optional, and the platform it is for.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NPM = 'npm@10.8.2'
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lockFile = join(root, 'package-lock.json')

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = [
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
]
/** Names that packages use for what Node calls something else. */
const ALIASES = {
  windows: 'win32',
  macos: 'darwin',
  amd64: 'x64',
  x86_64: 'x64',
  aarch64: 'arm64',
  ppc64le: 'ppc64',
  armv7: 'arm',
  armhf: 'arm',
}

if (process.argv.includes('--check')) {
  const problems = check(read('package.json'), read('package-lock.json'))
  for (const problem of problems) console.error(`package-lock.json: ${problem}`)
  if (problems.length > 0) {
    console.error('Run `npm run lock` and commit the result.')
    process.exit(1)
  }
} else {
  const result = spawnSync(
    'npx',
    ['--yes', NPM, 'install', '--package-lock-only', '--no-audit', '--no-fund'],
    { cwd: root, stdio: 'inherit' },
  )
  if (result.status !== 0) process.exit(result.status ?? 1)
  const lock = read('package-lock.json')
  const added = complete(lock)
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`package-lock.json written, ${added} entries of other platforms added`)
}

function read(name) {
  return JSON.parse(readFileSync(join(root, name), 'utf8'))
}

/** Every optional dependency without an entry, with the place where npm looks for it. */
function missing(lock) {
  const found = []
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!resolvesTo(lock, path, name)) found.push({ path: `node_modules/${name}`, name, version })
    }
  }
  return found
}

/** Node's own search: the folder of the package itself, then every folder above. */
function resolvesTo(lock, from, name) {
  const folders =
    from === ''
      ? []
      : from.split('/node_modules/').map((_, i, parts) => parts.slice(0, i + 1).join('/node_modules/'))
  return ['', ...folders].some(
    (folder) => lock.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`],
  )
}

function complete(lock) {
  let added = 0
  for (const { path, name, version } of missing(lock)) {
    lock.packages[path] = { version, ...platformOf(name), optional: true }
    added++
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  )
  return added
}

/** What the name of a platform package says about where it runs. */
function platformOf(name) {
  const words = name
    .split('/')
    .at(-1)
    .split(/[-.]/)
    .map((word) => ALIASES[word] ?? word)
  const os = words.filter((word) => SYSTEMS.includes(word))
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  const libc = words.some((word) => /^musl/.test(word))
    ? ['musl']
    : words.some((word) => /^gnu/.test(word)) && os.includes('linux')
      ? ['glibc']
      : []
  return { ...(cpu.length ? { cpu } : {}), ...(libc.length ? { libc } : {}), ...(os.length ? { os } : {}) }
}

function check(manifest, lock) {
  const problems = []
  const top = lock.packages['']
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const wanted = JSON.stringify(manifest[kind] ?? {})
    if (wanted !== JSON.stringify(top[kind] ?? {})) problems.push(`${kind} differ from package.json`)
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        problems.push(`${name} is not pinned to one version (${version})`)
    }
  }
  for (const { name } of missing(lock)) problems.push(`no entry for the optional package ${name}`)
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.resolved && !entry.resolved.startsWith('https://registry.npmjs.org/'))
      problems.push(`${path} comes from ${entry.resolved}`)
    // The root's own script is ours and always runs.
    if (
      path !== '' &&
      entry.hasInstallScript &&
      !(path.split('node_modules/').at(-1) in manifest.allowScripts)
    ) {
      problems.push(`${path} has an install script and no line in package.json "allowScripts"`)
    }
  }
  return problems
}
