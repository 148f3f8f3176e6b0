/** A network with a site, its people, and what they own: everything that a stranger would like to reach. */
import { createHash } from 'node:crypto'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { jobView } from '#lib/jobs/view.ts'
import { lower } from '#lib/kernel/ids.ts'
import { nodeViews } from '#lib/nodes/view.ts'
import { finished } from '#tests/support/jobs.ts'
import { startNetwork, type TestNetwork } from '#tests/support/network.ts'
import { until } from '#tests/support/nodeClient.ts'
import { ask, type Person, type Site, sendOrder, signIn, signOrder, startSite } from './site.ts'

/** Written by people into everything they may name. */
export const MARKUP = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
export const TITLE = `secret ${MARKUP}`
export const NODE_NAME = '<img src=x onerror=alert(1)>'
/** As hostile as a file name may be. */
export const FILE_NAME = 'img src=x onerror=alert(1) .svg'

const PROGRAM = `import { writeFileSync } from 'node:fs'
console.log(${JSON.stringify(MARKUP)})
console.log('\\u001b]8;;javascript:alert(1)\\u001b\\\\click\\u001b]8;;\\u001b\\\\ \\u001b]52;c;ZXZpbA==\\u0007 paid 1\\rpaid 9')
writeFileSync(${JSON.stringify(FILE_NAME)}, '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
`

export interface Town {
  readonly network: TestNetwork
  readonly site: Site
  readonly alice: Person
  readonly bob: Person
  readonly admin: Person
  /** Alice's finished job and what belongs to it. */
  readonly job: {
    readonly id: string
    readonly leaseId: string
    readonly svg: string
    readonly script: string
  }
  /** Alice's job that waits for an admin. */
  readonly held: { readonly id: string }
  readonly key: { readonly id: string; readonly token: string }
  stop(): Promise<void>
}

export async function startTown(): Promise<Town> {
  const network = await startNetwork({ nodes: 4, workers: 0 })
  for (const index of [1, 2, 3, 4])
    network.startWorker(index, { environment: { OPENGPU_NODE_NAME: NODE_NAME } })
  const adminKey = privateKeyToAccount(generatePrivateKey())
  const bobKey = privateKeyToAccount(generatePrivateKey())
  const { runtime } = network.server
  const [site] = await Promise.all([
    startSite(network, adminKey.address),
    until(async () => {
      const views = await nodeViews(runtime.db, runtime.deployment.id)
      return views.filter(({ status }) => status === 'live').length === 4
    }, 100_000),
  ])
  const [alice, bob, admin] = await Promise.all(
    [network.customer, bobKey, adminKey].map((account) => signIn(site, account)),
  )
  if (!alice || !bob || !admin) throw new Error('nobody signed in')

  const send = async (source: Uint8Array): Promise<string> => {
    const sent = await signOrder(network, network.customer, { bytes: source, title: TITLE })
    return String((await sendOrder(site, sent, [source])).json().id)
  }
  const script = new TextEncoder().encode(PROGRAM)
  const id = await send(script)
  // Bytes that are no UTF-8: a person must look before anything is locked.
  const held = await send(new Uint8Array([...new TextEncoder().encode('console.log(1) // '), 0xff, 0x0a]))
  const row = await finished(runtime, id, 90_000)
  const view = await jobView(runtime, id, { address: lower(network.customer.address), admin: false })
  const svg = view?.artifacts.find(({ name }) => name === FILE_NAME)?.sha256
  if (row.state !== 'settled' || svg === undefined || !view?.leaseId)
    throw new Error(`the job left no file: ${JSON.stringify(view)}`)
  const key = (
    await ask(site.url, '/api/v1/keys', {
      method: 'POST',
      headers: alice.browser,
      body: JSON.stringify({ name: 'reads', scopes: ['read'], expiresInDays: 1 }),
    })
  ).json() as Town['key']
  return {
    network,
    site,
    alice,
    bob,
    admin,
    job: { id, leaseId: view.leaseId, svg, script: createHash('sha256').update(script).digest('hex') },
    held: { id: held },
    key,
    async stop() {
      await site.stop()
      await network.stop()
    },
  }
}
