/** `opengpu status`, `logs`, `result` and `nodes`: everything that only reads. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import * as z from 'zod'
import { formatOgpu } from '../../lib/kernel/money.ts'
import { artifactNameProblem } from '../../lib/protocol/artifactName.ts'
import { logEntrySchema } from '../../lib/protocol/dashboardEvents.ts'
import { FINAL_STATES } from '../../lib/protocol/jobState.ts'
import { stripTerminal } from '../../lib/protocol/terminal.ts'
import { jobViewSchema, networkViewSchema, nodeViewSchema } from '../../lib/protocol/views.ts'
import { parse } from '../args.ts'
import { NetworkClient } from '../client.ts'
import { readConfig, readCustomer } from '../config.ts'
import { CliError, EXIT, usage } from '../exit.ts'
import { jobJson, jobStatus, jobText } from '../output.ts'

async function signedIn(): Promise<NetworkClient> {
  const config = readConfig()
  const client = new NetworkClient(config.url)
  const network = await client.json(networkViewSchema, 'GET', '/api/v1/network')
  await client.signIn(readCustomer(config), network.chainId)
  return client
}

function oneId(positionals: string[]): string {
  const id = positionals[0]
  if (id === undefined || positionals.length !== 1) throw usage('Name one job by its id.')
  return encodeURIComponent(id)
}

export async function status(argv: string[]): Promise<number> {
  const { values, positionals } = parse({
    args: argv,
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const id = oneId(positionals)
  const job = await (await signedIn()).json(jobViewSchema, 'GET', `/api/v1/jobs/${id}`)
  console.log(values.json ? JSON.stringify(jobJson(job)) : jobText(job))
  return jobStatus(job)
}

const logPageSchema = z.object({ leaseId: z.string().nullable(), entries: z.array(logEntrySchema) })

export async function logs(argv: string[]): Promise<number> {
  const { values, positionals } = parse({
    args: argv,
    options: { follow: { type: 'boolean', short: 'f', default: false } },
    allowPositionals: true,
  })
  const id = oneId(positionals)
  const client = await signedIn()
  let lease: string | null = null
  let after = -1
  for (;;) {
    const job = await client.json(jobViewSchema, 'GET', `/api/v1/jobs/${id}`)
    const page: z.infer<typeof logPageSchema> = await client.json(
      logPageSchema,
      'GET',
      `/api/v1/jobs/${id}/logs?after=${after}${lease === null ? '' : `&leaseId=${lease}`}`,
    )
    if (page.leaseId !== lease && page.leaseId !== null) {
      if (lease !== null) console.error('-- the job went to another node; its log starts again --')
      lease = page.leaseId
    }
    for (const entry of page.entries) {
      after = entry.seq
      const target = entry.stream === 'stdout' ? process.stdout : process.stderr
      target.write(stripTerminal(entry.text))
    }
    if (job.leaseId !== null && lease !== null && job.leaseId !== lease) {
      lease = job.leaseId
      after = -1
      console.error('-- the job went to another node; its log starts again --')
      continue
    }
    if (page.entries.length > 0) continue
    if (!values.follow || FINAL_STATES.has(job.state)) return EXIT.settled
    await new Promise((done) => setTimeout(done, 300))
  }
}

export async function result(argv: string[]): Promise<number> {
  const { values, positionals } = parse({
    args: argv,
    options: { out: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const id = oneId(positionals)
  if (values.out === undefined) throw usage('Name a folder for the files with --out DIR.')
  const out = resolve(values.out)
  const client = await signedIn()
  const job = await client.json(jobViewSchema, 'GET', `/api/v1/jobs/${id}`)
  if (!job.released)
    throw new CliError(
      EXIT.jobFailed,
      `The result of ${job.id} is not released: the job is ${job.state}${job.cost.row === null ? '' : ` (${job.cost.row})`}.`,
      'not-released',
    )
  const written: string[] = []
  for (const artifact of job.artifacts) {
    // The network is not trusted with our disk: the name is checked and the bytes are hashed here again.
    const problem = artifactNameProblem(artifact.name)
    const target = join(out, artifact.name)
    if (problem !== null || !target.startsWith(out + sep))
      throw new CliError(
        EXIT.network,
        `The network named a file that cannot be written safely: ${JSON.stringify(artifact.name)}.`,
        'bad-name',
      )
    const response = await client.request('GET', `/api/v1/jobs/${id}/artifacts/${artifact.sha256}`)
    const data = new Uint8Array(await response.arrayBuffer())
    if (createHash('sha256').update(data).digest('hex') !== artifact.sha256)
      throw new CliError(EXIT.network, `${artifact.name} arrived damaged; run the command again.`, 'damaged')
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, data)
    written.push(artifact.name)
  }
  console.log(
    values.json
      ? JSON.stringify({ id: job.id, out, files: written })
      : written.map((name) => join(values.out ?? '', name)).join('\n'),
  )
  return jobStatus(job)
}

export async function nodes(argv: string[]): Promise<number> {
  const { values } = parse({ args: argv, options: { json: { type: 'boolean', default: false } } })
  const list = await new NetworkClient(readConfig().url).json(
    z.object({ nodes: z.array(nodeViewSchema) }),
    'GET',
    '/api/v1/nodes',
  )
  if (values.json) {
    console.log(JSON.stringify(list))
    return EXIT.settled
  }
  for (const node of list.nodes) {
    const device = node.devices
      .map((item) => `${item.kind === 'cpu' ? 'CPU' : 'GPU'} ${stripTerminal(item.name)}`)
      .join(', ')
    const runtimes =
      node.runtimes.map((runtime) => `${runtime.name} ${stripTerminal(runtime.version)}`).join(', ') ||
      'no runtime'
    console.log(
      `${node.node}  ${node.status.padEnd(8)}  ${stripTerminal(node.name).padEnd(16)}  ${formatOgpu(BigInt(node.ask), 8)} oGPU/s  ${runtimes}  ${device}`,
    )
  }
  return EXIT.settled
}
