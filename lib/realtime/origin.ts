/** Which origins are this site, from configuration alone: a host header is what a stranger sends and decides nothing. */
export function siteOrigins(publicUrl: string | null, port: number): ReadonlySet<string> {
  const loopback = [`http://127.0.0.1:${port}`, `http://localhost:${port}`]
  return new Set(publicUrl === null ? loopback : [new URL(publicUrl).origin, ...loopback])
}
