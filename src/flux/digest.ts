import { hash } from 'node:crypto'
import { canonicalJson } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import type { Digest } from '../model/snapshot.ts'

/** SHA-256 of the UTF-8 bytes of `text`, as 64 hexadecimal digits. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

/** `sha256:<hex>` over the canonical JSON: equal for values that are equal but for the order of their keys. */
export function digestOf(value: Json): Digest {
  return digestOfText(canonicalJson(value))
}

/** As `digestOf`, of a value that is canonical JSON already. */
export function digestOfText(text: string): Digest {
  return `sha256:${sha256(text)}`
}
