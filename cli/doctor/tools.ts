/** The programs of the system that a node uses, looked for where a sandbox with another user can see them too. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Tool {
  readonly name: 'bubblewrap' | 'python3' | 'numpy' | 'gcc'
  readonly found: boolean
  readonly path: string | null
  readonly version: string | null
  /** What does not work without it, in words that end a sentence. */
  readonly neededFor: string
  /** One line to paste into a terminal. */
  readonly install: string
}

/** Debian's package of each tool. A compiler without libc's headers compiles nothing. */
export const DEBIAN_PACKAGES: Readonly<Record<Tool['name'], readonly string[]>> = {
  bubblewrap: ['bubblewrap'],
  python3: ['python3'],
  numpy: ['python3-numpy'],
  gcc: ['gcc', 'libc6-dev'],
}

const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin']

/** Looks for every tool. `path` narrows where bubblewrap alone may come from (the PATH of whoever starts the worker). */
export function detectTools(path: string | undefined = process.env.PATH): Tool[] {
  const folders = (path ?? '').split(':').filter((folder) => folder !== '')
  const python = find('python3', ['/usr/bin', '/bin'])
  const numpy =
    python === null ? null : answer(python, ['-I', '-c', 'import numpy; print(numpy.__version__)'])
  const bubblewrap = find('bwrap', folders)
  const gcc = find('gcc', SYSTEM_FOLDERS)
  return [
    tool(
      'bubblewrap',
      bubblewrap,
      bubblewrap && answer(bubblewrap, ['--version']),
      'running strangers\u2019 Python and compiled programs in a sandbox',
    ),
    tool('python3', python, python && answer(python, ['--version']), 'Python jobs'),
    tool('numpy', numpy === null ? null : python, numpy, 'Python jobs that import numpy'),
    tool('gcc', gcc, gcc && answer(gcc, ['-dumpfullversion']), 'jobs that compile C'),
  ]
}

function tool(name: Tool['name'], path: string | null, version: string | null, neededFor: string): Tool {
  return {
    name,
    found: path !== null && version !== null,
    path,
    version: version === null ? null : (/\d+(?:\.\d+)+/.exec(version)?.[0] ?? version),
    neededFor,
    install: installLine([name]),
  }
}

/** The line that installs these tools on this kind of system. */
export function installLine(names: readonly Tool['name'][]): string {
  const packages = [...new Set(names.flatMap((name) => DEBIAN_PACKAGES[name]))]
  if (existsSync('/usr/bin/dnf')) {
    const fedora: Record<string, string> = { 'python3-numpy': 'python3-numpy', 'libc6-dev': 'glibc-devel' }
    return `sudo dnf install -y ${packages.map((name) => fedora[name] ?? name).join(' ')}`
  }
  if (existsSync('/usr/bin/pacman')) {
    const arch: Record<string, string> = {
      python3: 'python',
      'python3-numpy': 'python-numpy',
      'libc6-dev': 'glibc',
    }
    return `sudo pacman -S --needed ${packages.map((name) => arch[name] ?? name).join(' ')}`
  }
  if (process.platform === 'darwin') {
    const brewed = packages
      .filter((name) => name.startsWith('python3'))
      .map((name) => (name === 'python3' ? 'python' : 'numpy'))
    return brewed.length > 0 ? `brew install ${brewed.join(' ')}` : 'xcode-select --install'
  }
  return `sudo apt-get install -y ${packages.join(' ')}`
}

function find(name: string, folders: readonly string[]): string | null {
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // Not here.
    }
  }
  return null
}

/** What a program prints; null when it cannot run. */
function answer(program: string, args: readonly string[]): string | null {
  try {
    return execFileSync(program, [...args], {
      encoding: 'utf8',
      timeout: 15_000,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    }).trim()
  } catch {
    return null
  }
}
