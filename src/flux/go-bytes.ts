/**
 * Go's texts are bytes: lengths and positions count them, and a text may be cut inside a sign. A byte string has one UTF-16 code unit
 * per byte, so that it can be cut in the same places.
 */
export function toByteString(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** Null where the bytes are not valid UTF-8. */
export function fromByteString(bytes: string): string | null {
  if (isAscii(bytes)) return bytes
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return null
  }
}

/** The text of bytes, with U+FFFD for each that is not valid UTF-8, as Go writes it. */
export function lossyText(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd')) return text
  const runes = splitRunes(bytes.toString('latin1'))
  return runes
    .map((rune) => (rune.length === 1 && rune > '\x7f' ? '\ufffd' : Buffer.from(rune, 'latin1').toString('utf8')))
    .join('')
}

const ASCII = /^[\0-\x7f]*$/

function isAscii(text: string): boolean {
  return ASCII.test(text)
}

const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/y

/** The rune at a position of a byte string, and how many bytes it takes; U+FFFD and one byte where they are not valid. */
export function runeAt(bytes: string, pos: number): { rune: number; width: number } {
  const first = bytes.charCodeAt(pos)
  if (first < 0x80) return { rune: first, width: 1 }
  SEQUENCE.lastIndex = pos
  const sequence = SEQUENCE.exec(bytes)?.[0]
  const text = sequence === undefined ? null : fromByteString(sequence)
  return text === null ? { rune: 0xfffd, width: 1 } : { rune: text.codePointAt(0)!, width: sequence!.length }
}

/** Changes every sign by itself, as Go does: a sign that would become several (`ß`) stays as it is. */
export function mapRunes(bytes: string, change: (sign: string) => string): string {
  let mapped = ''
  for (const sign of Buffer.from(bytes, 'latin1').toString('utf8')) {
    const changed = change(sign)
    mapped += Array.from(changed).length === 1 ? changed : sign
  }
  return toByteString(mapped)
}

export function splitRunes(bytes: string): string[] {
  const runes: string[] = []
  for (let pos = 0; pos < bytes.length; pos += runes.at(-1)!.length) {
    runes.push(bytes.slice(pos, pos + runeAt(bytes, pos).width))
  }
  return runes
}

/** The runes in the opposite order. */
export function reverseRunes(bytes: string): string {
  return splitRunes(bytes).toReversed().join('')
}
