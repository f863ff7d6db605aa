import { dig, digString, isJsonObject, own, setOwn, type Json, type JsonObject } from '../model/json.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { RawObject } from '../model/snapshot.ts'
import { refOf } from './identity.ts'
import { reduceStatus } from './status.ts'

/** An object reduced to what is compared. It shares sub-trees with the object and is not masked yet. */
export type ReducedObject = {
  readonly ref: ResourceRef
  /** As `ObjectBody` in model/snapshot.ts says. */
  readonly body: JsonObject
  /** Null where there is no current state. */
  readonly status: JsonObject | null
}

/**
 * Labels and annotations that change what Flux does; everything else in `metadata` is identity, bookkeeping or noise.
 * flux-operator api/v1/common_types.go, the annotation docs of each controller, fluxcd/pkg apis/meta and runtime/controller.
 */
const BEHAVIOUR: ReadonlySet<string> = new Set([
  ...under('fluxcd.controlplane.io', [
    'reconcile',
    'reconcileEvery',
    'reconcileArtifactEvery',
    'reconcileTimeout',
    'prune',
    'force',
    'recreateOnFailure',
    'copyFrom',
    'convertKubeConfigFrom',
    'checksumFrom',
    'suspendedBy',
  ]),
  ...under('kustomize.toolkit.fluxcd.io', ['ssa', 'force', 'prune', 'reconcile', 'substitute']),
  ...under('helm.toolkit.fluxcd.io', ['driftDetection']),
  ...under('source.extensions.fluxcd.io', ['reconcile', 'reconcileEvery', 'prune', 'ssa']),
  'sharding.fluxcd.io/key',
  'reconcile.fluxcd.io/watch',
])
const EVENT_METADATA = 'event.toolkit.fluxcd.io/'

/** Fields outside spec of which none is desired state, or which stand elsewhere in the reduced object. */
const LEFT_OUT: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'status'])

/**
 * Reduces an object to its desired and its current state. Malformed parts are kept as they are, so that a difference in them shows;
 * nothing is copied that need not be, nothing is changed, nothing thrown. Safe on any depth.
 */
export function reduceObject(raw: RawObject, ref: ResourceRef = refOf(raw)): ReducedObject {
  const data = ref.group === '' && (ref.kind === 'ConfigMap' || ref.kind === 'Secret')
  return {
    ref,
    body: data ? dataBody(raw, ref.kind) : fluxBody(raw, ref),
    status: data ? null : reduceStatus(raw),
  }
}

/**
 * Whether a controller made this object from another one that is compared itself, so that its differences would only repeat those:
 * - a HelmChart that helm-controller made from `spec.chart` of a HelmRelease: named `<namespace>-<name>` of the release that its
 *   owner labels name (helm-controller internal/reconcile/helmchart_template.go). A HelmChart that a chart or a user made has
 *   neither, or another name;
 * - an ExternalArtifact with the label by which source-watcher marks what an ArtifactGenerator made.
 * Copies that a ResourceSet makes of ConfigMaps are not: Flux reads them where they are.
 */
export function isGenerated(raw: RawObject, ref: ResourceRef = refOf(raw)): boolean {
  if (generatorOf(ref) === null) return false
  const { kind, name } = ref
  const labels = dig(raw, 'metadata', 'labels')
  if (kind === 'ExternalArtifact') return own(labels, 'source.extensions.fluxcd.io/generator') !== undefined
  const release = digString(labels, 'helm.toolkit.fluxcd.io/name')
  const namespace = digString(labels, 'helm.toolkit.fluxcd.io/namespace')
  return release !== undefined && namespace !== undefined && name === `${namespace}-${release}`
}

type Kind = Pick<ResourceRef, 'group' | 'kind'>

/** The kind of which controllers make objects of this kind, as {@link isGenerated} says; null: they make none. */
export function generatorOf({ group, kind }: Kind): Kind | null {
  if (group !== 'source.toolkit.fluxcd.io') return null
  if (kind === 'HelmChart') return { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' }
  return kind === 'ExternalArtifact' ? { group: 'source.extensions.fluxcd.io', kind: 'ArtifactGenerator' } : null
}

function fluxBody(raw: RawObject, ref: ResourceRef): JsonObject {
  if (ref.kind === 'FluxReport' && ref.group === 'fluxcd.controlplane.io') return {}
  const body: Record<string, Json> = {}
  for (const key of Object.keys(raw)) {
    if (key === 'metadata') addMetadata(body, raw)
    else if (!LEFT_OUT.has(key)) setOwn(body, key, raw[key]!)
  }
  return body
}

function dataBody(raw: RawObject, kind: string): JsonObject {
  const body: Record<string, Json> = {}
  const data = kind === 'Secret' ? secretData(raw) : configData(raw)
  if (data !== undefined) body['data'] = data
  if (own(raw, 'immutable') !== undefined) body['immutable'] = raw['immutable']!
  addMetadata(body, raw)
  // The API server writes this default, a manifest may leave it out.
  if (kind === 'Secret') body['type'] = own(raw, 'type') ?? 'Opaque'
  return body
}

/** A binary value becomes a `data:` URL: Flux reads no binary data, so it must never equal the same characters as text. */
function configData(raw: RawObject): Json | undefined {
  return merged(own(raw, 'data'), own(raw, 'binaryData'), (value) => `data:;base64,${value}`)
}

/** `stringData`, which only manifests have, wins over `data`. Values that SOPS encrypted stay as they are: they stand for unknown text. */
function secretData(raw: RawObject): Json | undefined {
  return merged(own(raw, 'data'), own(raw, 'stringData'), (value) =>
    value.startsWith('ENC[') ? value : Buffer.from(value, 'utf8').toString('base64'),
  )
}

function merged(base: Json | undefined, added: Json | undefined, encode: (text: string) => string): Json | undefined {
  if (!isJsonObject(added) || isEmpty(added))
    return isJsonObject(base) && isEmpty(base) ? undefined : (base ?? undefined)
  const all: Record<string, Json> = {}
  if (isJsonObject(base)) for (const [key, value] of Object.entries(base)) setOwn(all, key, value)
  for (const [key, value] of Object.entries(added)) setOwn(all, key, typeof value === 'string' ? encode(value) : value)
  return all
}

function addMetadata(body: Record<string, Json>, raw: RawObject): void {
  const annotations = behaviour(dig(raw, 'metadata', 'annotations'))
  const labels = behaviour(dig(raw, 'metadata', 'labels'))
  if (annotations && labels) body['metadata'] = { annotations, labels }
  else if (annotations) body['metadata'] = { annotations }
  else if (labels) body['metadata'] = { labels }
}

function behaviour(entries: Json | undefined): JsonObject | null {
  if (!isJsonObject(entries)) return null
  let kept: Record<string, Json> | null = null
  for (const key of Object.keys(entries)) {
    if (BEHAVIOUR.has(key) || key.startsWith(EVENT_METADATA)) (kept ??= {})[key] = entries[key]!
  }
  return kept
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false
  return true
}

function under(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => `${prefix}/${name}`)
}
