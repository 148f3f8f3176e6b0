/**
 * Which origins are this site. Taken from configuration alone: `Host` and `X-Forwarded-Host` are what a stranger sends, so
 * they decide nothing.
 */
export interface SiteAddress {
  readonly publicUrl: string | null
  readonly port: number
}

/** Origins of this site: the public URL when set, and the loopback names on our port. */
export function siteOrigins(site: SiteAddress): string[] {
  const loopback = [`http://127.0.0.1:${site.port}`, `http://localhost:${site.port}`]
  return site.publicUrl === null ? loopback : [new URL(site.publicUrl).origin, ...loopback]
}

/** True when a browser says that the request comes from a page of this site. A missing or `null` origin is not. */
export function isSameOrigin(origin: string | null, site: SiteAddress): boolean {
  return origin !== null && siteOrigins(site).includes(origin)
}
