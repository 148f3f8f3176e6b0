/**
 * The first import of scripts/run.mjs: installs the packages when they are not what the lock file says. Nothing may be
 * installed yet, so it has no dependencies, and its syntax is one that old versions of Node understand, so that they
 * can print the sentence below instead of a syntax error.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mendPostgres } from './mendPostgres.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampFile = join(root, 'node_modules', '.opengpu-installed')

main()
mendPostgres()

function main() {
  const parts = process.versions.node.split('.')
  const major = Number(parts[0])
  const minor = Number(parts[1])
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      'OpenGPU Network needs Node.js 20.19 or newer and this is ' +
        process.versions.node +
        ': install a newer one from https://nodejs.org and try again.',
    )
  }
  const stamp = currentStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  if (isInstalled()) {
    writeFileSync(stampFile, stamp)
    return
  }
  const began = Date.now()
  say('Installing packages (once; needs the network or a warm npm cache) ...')
  if (!npm(['ci', '--include=dev', '--include=optional'])) {
    say('`npm ci` did not succeed; trying `npm install` without touching the lock file ...')
    if (!npm(['install', '--no-save', '--no-package-lock', '--include=dev', '--include=optional'])) {
      fail(
        'The packages could not be installed. Check the network and the messages above, then run the same command again.',
      )
    }
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
  say(`Packages installed in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

/** Changes when the wanted packages change, or when another Node needs its native parts installed again. */
function currentStamp() {
  const hash = createHash('sha256')
  for (const name of ['package.json', 'package-lock.json']) {
    const file = join(root, name)
    hash.update(`${name}\0`)
    if (existsSync(file)) hash.update(readFileSync(file))
  }
  hash.update(process.platform + process.arch + process.versions.modules)
  return hash.digest('hex')
}

/** Whether node_modules already holds what the lock file wants, whoever put it there. Other platforms' packages do not count. */
function isInstalled() {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  return Object.keys(wanted).every(
    (path) =>
      path === '' ||
      wanted[path].optional ||
      (present[path] && present[path].version === wanted[path].version),
  )
}

/** Runs the npm that started us, else the one beside this Node, else the one on the path. */
function npm(args) {
  const own = process.env.npm_execpath
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const script = own && /\.c?js$/.test(own) ? own : existsSync(beside) ? beside : null
  const quiet = args.concat(['--no-audit', '--no-fund', '--loglevel=error'])
  const options = { cwd: root, stdio: 'inherit', env: environment() }
  const result = script
    ? spawnSync(process.execPath, [script].concat(quiet), options)
    : spawnSync('npm', quiet, Object.assign({ shell: process.platform === 'win32' }, options))
  return result.status === 0
}

/** npm hands its own flags down as variables; a `--dry-run` or an `--omit` of the outer command must not reach the install. */
function environment() {
  const copy = Object.assign({}, process.env)
  for (const name of [
    'npm_config_dry_run',
    'npm_config_omit',
    'npm_config_only',
    'npm_config_production',
    'NODE_ENV',
  ])
    delete copy[name]
  return copy
}

function say(text) {
  process.stdout.write(`${text}\n`)
}

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
