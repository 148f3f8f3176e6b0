import { afterAll, describe, expect, it } from 'vitest'
import { closeReader } from './reader.ts'
import { vet } from './vet.ts'

afterAll(closeReader)

const PYTHON: Record<string, string> = {
  'a numpy training loop that writes a model': `
import time, json
import numpy as np
rng = np.random.default_rng(42)
x = rng.normal(size=(256, 8)); w = rng.normal(size=(8, 1)); y = x @ w
theta = np.zeros((8, 1))
started = time.time()
for epoch in range(200):
    grad = 2 * x.T @ (x @ theta - y) / len(x)
    theta -= 0.05 * grad
    if epoch % 50 == 0:
        print(f"epoch {epoch} loss {float(((x @ theta - y) ** 2).mean()):.6f}")
np.savez("model.npz", theta=theta)
with open("metrics.json", "w") as f:
    json.dump({"seconds": time.time() - started}, f)
`,
  'a C program compiled by gcc': `
import subprocess, sys
subprocess.run(["gcc", "-O2", "-o", "prog", "prog.c", "-lm"], check=True)
result = subprocess.run(["./prog", "10"], capture_output=True, text=True, check=True)
sys.stdout.write(result.stdout)
`,
  'a C program compiled by cc with a list in a variable': `
import subprocess
from pathlib import Path
Path("main.c").write_text('#include <stdio.h>\\nint main(void){puts("hi");return 0;}')
cmd = ["cc", "main.c", "-o", "main"]
cmd += ["-O3"]
subprocess.check_call(cmd)
print(subprocess.check_output("./main", shell=True).decode())
`,
  'ffmpeg with computed arguments': `
import subprocess, os
def convert(src, dst):
    subprocess.run(["ffmpeg", "-y", "-i", src, "-vf", f"scale={640}:-1", dst], check=True)
for name in sorted(os.listdir("frames")):
    convert(os.path.join("frames", name), name + ".png")
os.system("ls -la | sort -k5 -n > listing.txt && gzip -k listing.txt")
`,
  'standard input, argparse and regular expressions': `
import argparse, re, sys
from collections import Counter
parser = argparse.ArgumentParser(description="count words")
parser.add_argument("--top", type=int, default=10)
args = parser.parse_args()
words = Counter(re.compile(r"\\w+").findall(sys.stdin.read().lower()))
for word, n in words.most_common(args.top):
    print(word, n)
`,
  'torch with a checkpoint, eval mode and a config': `
import torch, ast
import torch.nn as nn
from torch.utils.data import DataLoader
try:
    import wandb
except ImportError:
    wandb = None
config = eval("{'lr': 1e-3, 'layers': [64, 64]}")
limits = ast.literal_eval(open("limits.txt").read())
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1)).to(device)
model = torch.compile(model)
model.eval()
state = torch.load("checkpoint.pt", map_location=device, weights_only=True)
model.load_state_dict(state)
torch.save(model.state_dict(), "out.pt")
`,
  'encoding and decoding of data that is never run': `
import base64, zlib, hashlib, struct, pickle, io
raw = base64.b64decode("aGVsbG8gd29ybGQ=")
print(zlib.decompress(zlib.compress(raw)).decode(), hashlib.sha256(raw).hexdigest())
print(bytes.fromhex("00ff").hex(), struct.unpack(">I", b"\\x00\\x00\\x00\\x01"))
print(pickle.loads(pickle.dumps({"a": 1})), getattr(io, "StringIO")("x").read())
`,
  'multiprocessing, dataclasses, match and walrus': `
from __future__ import annotations
import multiprocessing as mp, os, socket
from dataclasses import dataclass
@dataclass(frozen=True)
class Point:
    x: float
    y: float
def area(p: Point) -> float:
    match p:
        case Point(x=0, y=_): return 0.0
        case Point(x, y) if (a := x * y) > 0: return a
        case _: return -1.0
if __name__ == "__main__":
    with mp.Pool(os.cpu_count()) as pool:
        print(pool.map(area, [Point(1, 2), Point(0, 3)]), os.environ.get("HOME"), sys_name())
def sys_name(): return os.path.basename(socket.__name__)
`,
  'an address in a docstring and a word about miners':
    '"""See https://example.com/paper.pdf. Data miners welcome."""\nURL = "https://example.com"\nprint(URL)\n',
  'a dictionary that is called builtins':
    'builtins = {}\nkey = input()\nbuiltins[key] = 1\nprint(builtins[key])\n',
  'a script that fails': 'import sys\nprint("no", file=sys.stderr)\nraise SystemExit(3)\n',
  'a script that never ends': 'while True:\n    pass\n',
  'symbolic code made and compiled by regular means':
    'import re\npattern = re.compile(r"a+")\nclass Model:\n    def eval(self): return 1\n    def exec(self, q): return q\nm = Model()\nprint(m.eval(), m.exec("select 1"), pattern.match("aa"))\n',
  'sys.executable as a child':
    'import subprocess, sys\nsubprocess.run([sys.executable, "-c", "print(1)"], check=True)\n',
  'urllib.parse and http.HTTPStatus':
    'from urllib.parse import urlparse\nfrom http import HTTPStatus\nprint(urlparse("http://a/b").path, HTTPStatus.OK)\n',
}

const NODE: Record<string, string> = {
  'a program over standard input': `
import { createInterface } from 'node:readline'
const rl = createInterface({ input: process.stdin })
let sum = 0
for await (const line of rl) sum += Number(line)
console.log(JSON.stringify({ sum }))
`,
  'files, crypto and child processes with literal arguments': `
const fs = require('fs'), path = require('path')
const { createHash } = require('crypto')
const { execFileSync, spawn } = require('child_process')
console.log(createHash('sha256').update(fs.readFileSync(path.join(__dirname, 'in.txt'))).digest('hex'))
execFileSync('gcc', ['a.c', '-o', 'a'])
spawn(process.execPath, ['-e', 'console.log(1)'], { stdio: 'inherit' })
`,
  'classes, regular expressions and templates': `
class Matrix { constructor(n) { this.n = n; this.constructor.count = (this.constructor.count ?? 0) + 1 } *rows() { yield* Array(this.n).keys() } }
const m = /(\\d+)-(?<end>\\d+)/.exec('10-20')
console.log(\`\${m.groups.end} \${[...new Matrix(3).rows()].map((x) => x ** 2).join(',')}\`, Buffer.from('aGk=', 'base64').toString(), '<tag>'.replace(/</g, '&lt;'))
`,
  'workers and timers': `
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { setTimeout as sleep } from 'node:timers/promises'
if (isMainThread) { const w = new Worker(new URL(import.meta.url)); w.on('message', console.log) } else { await sleep(10); parentPort.postMessage('done') }
setTimeout(() => console.log('later'), 5)
`,
}

const judge = async (runtime: 'python' | 'node', script: string) => {
  const entry = runtime === 'python' ? 'job.py' : 'job.mjs'
  const { decision, reasons } = await vet({
    runtime,
    entry,
    files: [
      { path: entry, bytes: new TextEncoder().encode(script) },
      { path: 'prog.c', bytes: new TextEncoder().encode('int main(void){return 0;}') },
    ],
    announcedModules: new Set(['numpy', 'torch']),
  })
  return { decision, heavy: reasons.filter((reason) => reason.severity !== 'note') }
}

describe('honest programs pass', () => {
  it.each(Object.keys(PYTHON))('in Python [case 121]: %s', async (name) => {
    expect(await judge('python', PYTHON[name] ?? '')).toEqual({ decision: 'pass', heavy: [] })
  })
  it.each(Object.keys(NODE))('in JavaScript [case 121]: %s', async (name) => {
    expect(await judge('node', NODE[name] ?? '')).toEqual({ decision: 'pass', heavy: [] })
  })
})
