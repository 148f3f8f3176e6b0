/** One JSON-RPC call over HTTP, for the few methods of the embedded chain that a supervisor needs. Throws the chain's own words. */
export async function rpc<T>(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  timeoutMilliseconds = 10_000,
): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(timeoutMilliseconds),
  })
  const body = (await answer.json()) as { result?: T; error?: { message: string } }
  if (body.error) throw new Error(`${method}: ${body.error.message}`)
  return body.result as T
}
