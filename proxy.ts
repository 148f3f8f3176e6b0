import { type NextRequest, NextResponse } from 'next/server'
import { runtime } from '#lib/process/shared.ts'

/**
 * Gives every page a content policy with a fresh nonce. Only scripts of our own build run; nothing may frame the site.
 * Styles may be inline because the wallet dialog sets them; images come from ourselves or from data. Pages talk to this
 * server alone, and to the chain where the operator names a public address for it.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID())
  const { publicRpcUrl } = runtime().config
  const development = process.env.NODE_ENV === 'development'
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${publicRpcUrl === null ? '' : ` ${new URL(publicRpcUrl).origin}`}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  const requestHeaders = new Headers(request.headers)
  requestHeaders.set('x-nonce', nonce)
  requestHeaders.set('Content-Security-Policy', policy)
  const response = NextResponse.next({ request: { headers: requestHeaders } })
  response.headers.set('Content-Security-Policy', policy)
  return response
}

export const config = {
  // Pages only: the API answers JSON, and built files never change.
  matcher: [
    {
      source: '/((?!api/|v1/|_next/static|_next/image|favicon.ico|icon.svg|socket.io/).*)',
      missing: [{ type: 'header', key: 'next-router-prefetch' }],
    },
  ],
}
