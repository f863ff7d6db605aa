import { isJsonArray, isJsonObject, own, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isSops, maskLeaf, maskLeaves, type MaskRun } from './mask-run.ts'
import { decodeSecretValue } from './secret-values.ts'
import { readYaml } from './yaml.ts'

const FIELDS = new Set(['data', 'stringData', 'immutable', 'metadata', 'type', 'kind', 'apiVersion', 'sops'])

/**
 * The body of a Secret with every value masked: `data` with `stringData` merged in, as the API server does. Values of `yamlKeys`
 * become trees of masked leaves, where they can be read. Type, immutability and metadata stay visible. Whatever is not as
 * the API says (a value that is no string, no base64 ...) has all of the object masked but `kind` and the names in `metadata`.
 */
export function maskSecret(run: MaskRun, body: JsonObject, yamlKeys: ReadonlySet<string>): JsonObject {
  const values = readValues(body)
  if (values === null || !isWellFormed(body)) return maskWhole(run, body)
  const masked: Record<string, Json> = {}
  for (const key of Object.keys(body)) {
    if (key === 'data' || key === 'stringData' || key === 'sops') continue
    setOwn(masked, key, run.walk(body[key]!, 0, key))
  }
  if (own(body, 'data') === undefined && own(body, 'stringData') === undefined) return masked
  const data: Record<string, Json> = {}
  for (const [key, value] of values) setOwn(data, run.key(key).shown, maskValue(run, value, yamlKeys.has(key)))
  return { ...masked, data }
}

/** Decoded values by key, `stringData` over `data`; null where one of them is malformed. */
function readValues(body: JsonObject): Map<string, Json> | null {
  const values = new Map<string, Json>()
  const data = own(body, 'data') ?? {}
  const stringData = own(body, 'stringData') ?? {}
  if (!isJsonObject(data) || !isJsonObject(stringData)) return null
  for (const key of Object.keys(data)) {
    const text = data[key]!
    if (typeof text !== 'string') return null
    const value = isSops(text) ? text : decodeSecretValue(text)
    if (value === undefined) return null
    values.set(key, value)
  }
  for (const key of Object.keys(stringData)) {
    const text = stringData[key]!
    if (typeof text !== 'string') return null
    values.set(key, text)
  }
  return values
}

function isWellFormed(body: JsonObject): boolean {
  const type = own(body, 'type') ?? 'Opaque'
  const immutable = own(body, 'immutable') ?? false
  const metadata = own(body, 'metadata') ?? {}
  return (
    Object.keys(body).every((key) => FIELDS.has(key)) &&
    typeof type === 'string' &&
    typeof immutable === 'boolean' &&
    isJsonObject(metadata) &&
    [own(metadata, 'labels') ?? {}, own(metadata, 'annotations') ?? {}].every(isTextMap)
  )
}

function isTextMap(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function maskValue(run: MaskRun, value: Json, isYaml: boolean): Json {
  if (!isYaml || typeof value !== 'string' || isSops(value)) return maskLeaf(run, value)
  const read = readYaml(value)
  return read.ok && (isJsonObject(read.value) || isJsonArray(read.value))
    ? maskLeaves(run, read.value)
    : run.leaf(value)
}

function maskWhole(run: MaskRun, body: JsonObject): JsonObject {
  const masked: Record<string, Json> = {}
  for (const key of Object.keys(body)) {
    const value = body[key]!
    const isIdentity = (key === 'kind' || key === 'apiVersion') && typeof value === 'string'
    if (key === 'sops') continue
    else if (isIdentity) setOwn(masked, key, value)
    else if (key === 'metadata' && isJsonObject(value)) setOwn(masked, key, maskMetadata(run, value))
    else setOwn(masked, run.key(key).shown, maskLeaves(run, value))
  }
  return masked
}

function maskMetadata(run: MaskRun, metadata: JsonObject): JsonObject {
  const masked: Record<string, Json> = {}
  for (const key of Object.keys(metadata)) {
    const value = metadata[key]!
    const isIdentity = (key === 'name' || key === 'namespace') && typeof value === 'string'
    setOwn(masked, run.key(key).shown, isIdentity ? value : maskLeaves(run, value))
  }
  return masked
}
