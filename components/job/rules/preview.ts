/** What a result file is shown as. Decided from its name and first bytes; anything doubtful is only offered to download. */
export type PreviewKind = 'text' | 'json' | 'image' | 'none'

/** Largest file shown in the page, in bytes. */
export const PREVIEW_BYTES = 512 * 1024

const IMAGES: readonly { readonly type: string; readonly magic: readonly number[] }[] = [
  { type: 'image/png', magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', magic: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', magic: [0x47, 0x49, 0x46, 0x38] },
  { type: 'image/bmp', magic: [0x42, 0x4d] },
]

/** The image type by the file's own first bytes; never by its name, and never SVG, which is a program. */
export function imageType(bytes: Uint8Array): string | null {
  const known = IMAGES.find((image) => image.magic.every((byte, index) => bytes[index] === byte))
  if (known) return known.type
  const riff = String.fromCharCode(...bytes.slice(0, 4))
  const webp = String.fromCharCode(...bytes.slice(8, 12))
  return riff === 'RIFF' && webp === 'WEBP' ? 'image/webp' : null
}

/** How to show these bytes; the text is decoded strictly, so that a binary file is never drawn as letters. */
export function previewOf(
  name: string,
  bytes: Uint8Array,
): { kind: PreviewKind; type: string | null; text: string | null } {
  const image = imageType(bytes)
  if (image !== null) return { kind: 'image', type: image, text: null }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { kind: 'none', type: null, text: null }
  }
  if (text.includes('\u0000')) return { kind: 'none', type: null, text: null }
  if (/\.json$/i.test(name)) {
    try {
      return { kind: 'json', type: null, text: JSON.stringify(JSON.parse(text), null, 2) }
    } catch {
      return { kind: 'text', type: null, text }
    }
  }
  return { kind: 'text', type: null, text }
}
