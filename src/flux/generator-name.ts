import { isJsonObject, own } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import { sha256 } from './digest.ts'
import { goString } from './go-json.ts'

const GENERATED = /^(.+)(-[2456789bcdfghkmt]{10})$/s
const SUFFIX_LETTERS: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }
const LINE = 70
const BASE64_LINE = /.{1,70}/gs

/**
 * Splits a name that kustomize's configMapGenerator or secretGenerator may have made: `app-h29d89cmmt` has the stem `app` and the
 * suffix `-h29d89cmmt`. Null where the name cannot be one. Only {@link generatorHash} proves that it is.
 */
export function splitGeneratedName(name: string): { stem: string; suffix: string } | null {
  const match = GENERATED.exec(name)
  return match === null ? null : { stem: match[1]!, suffix: match[2]! }
}

/**
 * The ten letters that kustomize appends to the name of this ConfigMap or Secret (kustomize api v0.21), from its data, binaryData
 * and type; without the dash. `object` is what the API server returns: base64 in one line.
 */
export function generatorHash(object: RawObject): string {
  const hex = sha256(own(object, 'kind') === 'Secret' ? secretText(object) : configMapText(object))
  let suffix = ''
  for (const digit of hex.slice(0, 10)) suffix += SUFFIX_LETTERS[digit] ?? digit
  return suffix
}

function configMapText(object: RawObject): string {
  const binary = own(object, 'binaryData')
  const binaryPart = isJsonObject(binary) ? `"binaryData":${goStringMap(binary, wrapBase64) ?? '{}'},` : ''
  return `{${binaryPart}"data":${goStringMap(own(object, 'data')) ?? '""'},"kind":"ConfigMap","name":""}`
}

function secretText(object: RawObject): string {
  const type = goString(text(own(object, 'type')))
  return `{"data":${goStringMap(own(object, 'data'), wrapBase64) ?? '{}'},"kind":"Secret","name":"","type":${type}}`
}

/**
 * A map of texts as Go's encoding/json writes it. Null: there are none, for which kustomize hashes an empty text in a ConfigMap, and
 * an empty map in a Secret.
 */
function goStringMap(map: Json | undefined, change: (value: string) => string = (value) => value): string | null {
  const keys = isJsonObject(map) ? Object.keys(map).sort() : []
  if (keys.length === 0) return null
  return `{${keys.map((key) => `${goString(key)}:${goString(change(text(own(map, key))))}`).join(',')}}`
}

/** The generator writes base64 in lines of 70 signs, each ended by a newline where there is more than one. */
function wrapBase64(base64: string): string {
  return base64.length < LINE ? base64 : base64.replace(BASE64_LINE, '$&\n')
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
