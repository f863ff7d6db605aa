import { digString, isJsonObject, own, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { maskLeaf, maskLeaves, PROVIDER, SECRET_PATCH, withLevel, type MaskRun, type Place } from './mask-run.ts'
import { maskSuspicious } from './mask-string.ts'
import { isReferenceValue } from './sensitive-values.ts'
import { decodeSecretValue } from './secret-values.ts'

/** A value in its map: `place` is that of the value. */
type InMap = { readonly map: JsonObject; readonly key: string; readonly place: Place }

/**
 * Masks a value about which its siblings decide: `value` next to `name: PASSWORD` or a JSON patch's `path`, `data` of a manifest
 * of kind Secret, `patch` for a `target` of kind Secret, `secretKey` next to `remoteRef` (a key's name), the `address` of a Provider.
 * Null where they say nothing.
 */
export function siblingRule(run: MaskRun, at: InMap): Json | null {
  return RULES[at.key]?.(run, at) ?? null
}

const RULES: Readonly<Record<string, (run: MaskRun, at: InMap) => Json | null>> = {
  value: (run, at) => patchedValue(run, at) ?? maskNamed(run, at),
  data: maskManifestData,
  stringData: maskManifestData,
  patch: maskSecretPatch,
  secretKey: (run, { map, key, place }) =>
    own(map, 'remoteRef') === undefined ? null : run.walk(map[key]!, withLevel(place, 0), key),
  address: maskAddress,
}

function maskManifestData(run: MaskRun, { map, key, place }: InMap): Json | null {
  if (digString(map, 'kind') !== 'Secret' && (place & SECRET_PATCH) === 0) return null
  return maskSecretData(run, map[key]!, key === 'data')
}

function maskSecretPatch(run: MaskRun, { map, key, place }: InMap): Json | null {
  const patch = map[key]!
  if (digString(map, 'target', 'kind') !== 'Secret' || typeof patch !== 'string') return null
  return maskSuspicious(run, patch, { hits: 3, place: place | SECRET_PATCH, key })
}

/** The webhook of a chat room is a credential by its path. */
function maskAddress(run: MaskRun, { map, key, place }: InMap): Json | null {
  const address = map[key]!
  if ((place & PROVIDER) === 0 || typeof address !== 'string' || !address.includes('://')) return null
  return run.walk(address, withLevel(place, 1), key)
}

/** The value of an operation that patches a Secret; of any other patch, the last step of its path is the key. */
function patchedValue(run: MaskRun, { map, key, place }: InMap): Json | null {
  const path = digString(map, 'path')
  if (path === undefined || own(map, 'op') === undefined) return null
  const value = map[key]!
  if ((place & SECRET_PATCH) !== 0 || path.startsWith('/stringData')) {
    return /^\/(?:data|stringData)/.test(path) || path === ''
      ? maskSecretData(run, value, path.startsWith('/data'))
      : null
  }
  return maskUnder(run, { map, key, place }, path.slice(path.lastIndexOf('/') + 1))
}

function maskNamed(run: MaskRun, at: InMap): Json | null {
  const name = digString(at.map, 'name') ?? digString(at.map, 'key') ?? digString(at.map, 'targetPath')
  return name === undefined ? null : maskUnder(run, at, name)
}

function maskUnder(run: MaskRun, { map, key, place }: InMap, name: string): Json | null {
  const known = run.key(name)
  return known.level === 0 ? null : run.walk(map[key]!, withLevel(place, known.level), name)
}

/**
 * `data` (base64) or `stringData` of a manifest of a Secret. Placeholders that a template fills in stay: they are not the value.
 * What is no map of strings is masked leaf by leaf.
 */
export function maskSecretData(run: MaskRun, data: Json, encoded: boolean): Json {
  if (typeof data === 'string') return maskSecretEntry(run, data, encoded)
  if (!isJsonObject(data)) return maskLeaves(run, data)
  if (Object.values(data).every((value) => typeof value === 'string' && isTemplate(value))) return data
  const masked: Record<string, Json> = {}
  for (const key of Object.keys(data)) {
    const value = data[key]!
    const entry = typeof value === 'string' ? maskSecretEntry(run, value, encoded) : maskLeaves(run, value)
    setOwn(masked, run.key(key).shown, entry)
  }
  return masked
}

function maskSecretEntry(run: MaskRun, text: string, encoded: boolean): Json {
  if (isTemplate(text)) return text
  return maskLeaf(run, (encoded ? decodeSecretValue(text) : undefined) ?? text)
}

/** Nothing but `${variable}`, `<< inputs.x >>` and the like. */
function isTemplate(text: string): boolean {
  return /[${<]/.test(text) && isReferenceValue(text)
}
