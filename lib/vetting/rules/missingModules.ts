import type { Import } from './facts.ts'

/**
 * Modules every CPython from 3.10 to 3.13 brings along on a server. Those removed on the way (imp, distutils, cgi…) or split
 * off by distributions (tkinter) must be announced like any other.
 */
const STANDARD: ReadonlySet<string> = new Set(
  '__future__ _thread abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder multiprocessing netrc ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios textwrap this threading time timeit token tokenize tomllib trace traceback tracemalloc tty types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo'.split(
    ' ',
  ),
)

/**
 * The imports of a Python script that would fail everywhere: modules that are neither standard, nor files of the job, nor
 * announced by a live node. Each name once, at its first place. Imports whose failure is caught are not missing.
 */
export function missingPythonModules(
  imports: readonly Import[],
  paths: readonly string[],
  announced: ReadonlySet<string>,
): Import[] {
  const own = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/')
    const file = parts.pop() ?? ''
    for (const part of parts) own.add(part)
    const match = /^(.+?)(?:\.pyc?|\.so|\.[^.]+\.so)$/.exec(file)
    if (match?.[1] !== undefined) own.add(match[1])
  }
  return firstOfEach(imports, (each) => {
    if (each.module.startsWith('.')) return null
    const top = each.module.split('.')[0] ?? ''
    return top === '' || STANDARD.has(top) || own.has(top) || announced.has(top) || announced.has(each.module)
      ? null
      : top
  })
}

/** The imports of a Node script that would fail: bare packages, and relative files the job does not have. */
export function missingNodeModules(
  imports: readonly Import[],
  from: string,
  paths: readonly string[],
  builtin: ReadonlySet<string>,
): Import[] {
  const own = new Set(paths)
  return firstOfEach(imports, ({ module }) => {
    if (module.startsWith('node:') || builtin.has(module))
      return builtin.has(module.replace(/^node:/, '')) ? null : module
    if (!/^\.{1,2}(?:\/|$)/.test(module)) return module
    const base = resolve(from, module)
    if (base === null) return module
    const candidates = [
      '',
      '.js',
      '.mjs',
      '.cjs',
      '.json',
      '.node',
      '/index.js',
      '/index.mjs',
      '/index.cjs',
      '/index.json',
    ]
    return candidates.some((ending) => own.has(`${base}${ending}`.replace(/^\//, ''))) ? null : module
  })
}

function resolve(from: string, relative: string): string | null {
  const parts = from.split('/').slice(0, -1)
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

function firstOfEach(imports: readonly Import[], missingName: (each: Import) => string | null): Import[] {
  const missing = new Map<string, Import>()
  for (const each of imports) {
    if (each.optional) continue
    const name = missingName(each)
    if (name !== null && !missing.has(name)) missing.set(name, { ...each, module: name })
  }
  return [...missing.values()]
}
