/** Bytes of strangers' programs as an HTTP answer that no browser runs: an attachment of no particular type, in a sandbox. */
import type { Db } from '../db/client.ts'
import { streamContent } from '../jobs/contents.ts'

/** RFC 6266 file name: plain characters alone, and the full name percent-encoded beside it. */
function disposition(name: string): string {
  const last = name.split('/').pop() ?? 'file'
  const plain = last.replace(/[^A-Za-z0-9._-]/g, '_')
  const full = encodeURIComponent(last).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${full}`
}

/** Streams a content piece by piece from the database. */
export function download(db: Db, sha256: string, file: { name: string; bytes: number }): Response {
  const chunks = streamContent(db, sha256)
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return(undefined)
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(file.bytes),
      'content-disposition': disposition(file.name),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${sha256}"`,
    },
  })
}
