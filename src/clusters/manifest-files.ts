import { refOf } from '../flux/identity.ts'
import { isFluxGroup } from '../flux/kinds.ts'
import { reduceObject } from '../flux/reduce.ts'
import { readYamlDocuments } from '../flux/yaml.ts'
import { AppError } from '../model/errors.ts'
import {
  canonicalJson,
  dig,
  digString,
  exceedsLimits,
  isJsonArray,
  isJsonObject,
  own,
  type Json,
} from '../model/json.ts'
import { displayRef, refKey } from '../model/resource-ref.ts'
import type { RawObject } from '../model/snapshot.ts'
import { parseJson } from './parse-json.ts'
import type { SourceFile } from './source-files.ts'

/** One document of a file; `place` is `apps.yaml:12`. */
export type Manifest = { readonly value: Json; readonly place: string }

/** What of the manifests matters to a comparison, completed as an API server would. */
export type FileObjects = {
  readonly flux: readonly FileObject[]
  /** ConfigMaps and Secrets, whether anything refers to them or not. */
  readonly data: readonly FileObject[]
  /** Deployments of Flux's own controllers. */
  readonly controllers: readonly RawObject[]
}

export type FileObject = { readonly raw: RawObject; readonly place: string }

/** Reads all documents of a file, JSON or YAML. Throws `file-invalid` with path and line where one is malformed. */
export function readManifests({ path, text }: SourceFile): Manifest[] {
  const json = readJson(text)
  if (json !== undefined) return [{ value: json, place: path }]
  return readYamlDocuments(text).map(({ line, result }) => {
    if (result.ok) return { value: result.value, place: `${path}:${line}` }
    throw new AppError('file-invalid', `${path}, line ${result.line ?? line}: ${result.message}`, { hint: HINT })
  })
}

const HINT =
  'Correct the document, or leave the file out. Render templates first, and export what is very large as JSON.'

/** Undefined: not JSON; read as YAML, it may be flow style, or get an error with a line. */
function readJson(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * Sorts out what Flux knows; all else that may lie in a folder (Helm values, kustomize files, workloads, CRDs) is left out.
 * Throws `file-invalid` for an object of Flux without a name.
 */
export function objectsOf(manifests: readonly Manifest[]): FileObjects {
  const flux: FileObject[] = []
  const data: FileObject[] = []
  const controllers: RawObject[] = []
  for (const { value, place } of manifests.flatMap(expandList)) {
    if (!isJsonObject(value)) continue
    const { group, kind, name } = refOf(value)
    if (kind === '') continue
    if (isFluxGroup(group)) {
      if (name === '') throw new AppError('file-invalid', `${place}: a ${kind} without a name`)
      flux.push({ raw: completed(value), place })
    } else if (isData(value) && name !== '') data.push({ raw: completed(value), place })
    else if (isController(value)) controllers.push(value)
  }
  return { flux, data, controllers }
}

function isData(value: RawObject): boolean {
  const { kind } = refOf(value)
  return digString(value, 'apiVersion') === 'v1' && (kind === 'ConfigMap' || kind === 'Secret')
}

/** As `flux install` and the Flux Operator label them. */
function isController(value: RawObject): boolean {
  const { group, kind } = refOf(value)
  return group === 'apps' && kind === 'Deployment' && digString(value, 'metadata', 'labels', PART_OF) === 'flux'
}

const PART_OF = 'app.kubernetes.io/part-of'

/** Items of a `List` or of an API server's `<Kind>List`, which have no apiVersion and kind of their own. */
function expandList(manifest: Manifest): Manifest[] {
  const found: Manifest[] = []
  const rest = [manifest]
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { value, place } = next
    const items = own(value, 'items')
    const kind = digString(value, 'kind') ?? ''
    if (!kind.endsWith('List') || !isJsonArray(items)) found.push(next)
    else rest.push(...items.map((item) => ({ value: typed(item, value, kind.slice(0, -4)), place })).toReversed())
  }
  return found
}

function typed(item: Json, list: Json, kind: string): Json {
  if (!isJsonObject(item) || own(item, 'kind') !== undefined || kind === '') return item
  return { apiVersion: own(list, 'apiVersion') ?? '', kind, ...item }
}

/**
 * As the object would be read from a cluster after `kubectl apply`: in the namespace `default` unless it names one, its
 * `stringData` in `data`, and without the `sops` block, which says how it is encrypted and not what it is.
 */
function completed(value: RawObject): RawObject {
  const { sops: _sops, stringData: _stringData, ...raw } = value
  const metadata = dig(raw, 'metadata')
  const namespaced = {
    ...raw,
    ...(isJsonObject(metadata) && (digString(metadata, 'namespace') ?? '') === ''
      ? { metadata: { ...metadata, namespace: 'default' } }
      : {}),
  }
  if (refOf(value).kind !== 'Secret' || exceedsLimits(value) !== null) return namespaced
  const { data, type } = reduceObject(value).body
  return { ...namespaced, ...(data === undefined ? {} : { data }), ...(type === undefined ? {} : { type }) }
}

/** Each object once. Throws `file-invalid` naming both places where the manifests say two things of one object. */
export function distinctObjects(objects: readonly FileObject[]): RawObject[] {
  const byKey = new Map<string, FileObject>()
  for (const object of objects) {
    const ref = refOf(object.raw)
    const first = byKey.get(refKey(ref))
    if (!first) byKey.set(refKey(ref), object)
    else if (!isSame(first.raw, object.raw)) {
      throw new AppError(
        'file-invalid',
        `${displayRef(ref)} stands differently in ${first.place} and in ${object.place}`,
        {
          hint: 'Leave one of them out. A folder must hold what is applied: render overlays and patches first.',
        },
      )
    }
  }
  return [...byKey.values()].map(({ raw }) => raw)
}

function isSame(a: RawObject, b: RawObject): boolean {
  return exceedsLimits(a) === null && exceedsLimits(b) === null && canonicalJson(a) === canonicalJson(b)
}
