import { isJsonObject, own } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import { lossyText } from './go-bytes.ts'

/** Answers for a ConfigMap or Secret of the namespace that is looked at: the object, `absent` (a 404), or `failed` (any other answer). */
export type ReadConfig = (kind: 'ConfigMap' | 'Secret', name: string) => RawObject | 'absent' | 'failed'

/**
 * A value of `data`. `valid` is false where a Secret holds bytes that are not UTF-8; `text` then has U+FFFD for each, as Go reads it,
 * and `bytes` are they themselves, one a code unit.
 */
export type ConfigValue =
  | { readonly text: string; readonly valid: true }
  | { readonly text: string; readonly valid: false; readonly bytes: string }

/** The `data` of a ConfigMap or Secret as the API returns it, decoded; the binaryData of a ConfigMap is no data. */
export function configData(kind: 'ConfigMap' | 'Secret', object: RawObject): Map<string, ConfigValue> {
  const values = new Map<string, ConfigValue>()
  const data = own(object, 'data')
  if (!isJsonObject(data)) return values
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'string') values.set(key, kind === 'Secret' ? decode(value) : { text: value, valid: true })
  }
  return values
}

function decode(base64: string): ConfigValue {
  const bytes = Buffer.from(base64, 'base64')
  const text = bytes.toString('utf8')
  if (Buffer.from(text, 'utf8').equals(bytes)) return { text, valid: true }
  return { text: lossyText(bytes), valid: false, bytes: bytes.toString('latin1') }
}
