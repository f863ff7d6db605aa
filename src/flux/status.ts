import {
  dig,
  digArray,
  digString,
  isJsonArray,
  isJsonObject,
  own,
  setOwn,
  type Json,
  type JsonObject,
} from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import type { RawObject } from '../model/snapshot.ts'
import { isSuspended } from './suspension.ts'
import { withoutDerivedBuild } from './revision.ts'

export type Readiness = 'Ready' | 'Failed' | 'Progressing' | 'Suspended' | 'Unknown'

type Reader = (value: Json) => Json | undefined

/** The fields of any status that mean the same on every cluster. What is not here is time, address, counter, or derived from the spec. */
const FIELDS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['artifact', (value) => pick(value, ['revision', 'digest', 'metadata'], { revision: version })],
  ['canonicalImageName', same],
  ['components', (value) => sortedBy(value, 'name')],
  ['conditions', conditions],
  ['exportedInputs', same],
  ['externalChecksumRefs', same],
  ['failures', same],
  ['history', history],
  ['includedArtifacts', (value) => listOf(value, (item) => pick(item, ['revision', 'digest', 'metadata']))],
  ['installFailures', same],
  ['inventory', inventory],
  ['lastAppliedOriginRevision', same],
  ['lastAppliedRevision', version],
  ['lastArtifactRevision', same],
  ['lastAttemptedConfigDigest', same],
  ['lastAttemptedReleaseAction', same],
  ['lastAttemptedRevision', version],
  ['lastAttemptedRevisionDigest', same],
  ['lastExportedRevision', same],
  ['lastPushCommit', same],
  ['lastScanResult', (value) => pick(value, ['latestTags', 'revision', 'tagCount'])],
  ['latestRef', same],
  ['observedChartName', same],
  ['observedCommonMetadataDigest', same],
  ['observedPolicies', same],
  ['observedPostRenderersDigest', same],
  ['observedSourceArtifactRevision', same],
  ['observedSourceRevision', same],
  ['observedSourcesDigest', same],
  ['observedValuesFiles', same],
  ['sourceVerificationMode', same],
  ['upgradeFailures', same],
])

const RELEASE = ['action', 'appVersion', 'chartName', 'chartVersion', 'configDigest', 'ociDigest', 'status']
const RECONCILIATION = ['digest', 'lastReconciledStatus', 'metadata']
const STATELESS = new Set(['Alert', 'Provider'])
/**
 * The comparable part of an object's current state as `{ status }`, or `{ spec, status }` for a FluxReport, shaped like the object;
 * null where it has none (Alert and Provider have none since v1beta3, so that of older versions is left out).
 * Added to Flux's own fields: `readiness`, `reconciled` (whether the controller has seen the latest generation; -1 is "never"),
 * `suspended` and `deleting` where true. Of a history only the newest entry is kept, of conditions type, status and reason, of an
 * inventory its ids; times, messages, generations, addresses and the Receiver's secret-derived path are left out.
 */
export function reduceStatus(raw: RawObject): JsonObject | null {
  const kind = digString(raw, 'kind') ?? ''
  const status = own(raw, 'status')
  const deleting = dig(raw, 'metadata', 'deletionTimestamp') !== undefined
  if (STATELESS.has(kind)) return null
  const report = kind === 'FluxReport' ? reportSpec(own(raw, 'spec')) : null
  if (!isJsonObject(status) && !deleting) return report && { spec: report }
  const reduced = reduceFields(raw, isJsonObject(status) ? status : {})
  if (deleting) reduced['deleting'] = true
  return report ? { spec: report, status: reduced } : { status: reduced }
}

function reduceFields(raw: RawObject, status: JsonObject): Record<string, Json> {
  const reduced: Record<string, Json> = {}
  for (const key of Object.keys(status)) {
    const value = FIELDS.get(key)?.(status[key]!)
    if (value !== undefined) reduced[key] = value
  }
  const suspended = isSuspended(raw)
  if (suspended) reduced['suspended'] = true
  reduced['readiness'] = readinessOf(status, suspended)
  const reconciled = isReconciled(raw, status)
  if (reconciled !== undefined) reduced['reconciled'] = reconciled
  const image = digString(status, 'latestImage')
  if (image && own(status, 'latestRef') === undefined) reduced['latestRef'] = imageRef(image)
  return reduced
}

function readinessOf(status: JsonObject, suspended: boolean): Readiness {
  if (suspended) return 'Suspended'
  const ready = condition(status, 'Ready')
  const state = digString(ready, 'status')
  if (state === 'True') return 'Ready'
  if (state === 'False') return 'Failed'
  const progressing = digString(ready, 'reason')?.startsWith('Progressing') === true
  return progressing || digString(condition(status, 'Reconciling'), 'status') === 'True' ? 'Progressing' : 'Unknown'
}

/** Kinds of the Flux Operator have the observed generation in the condition alone. */
function isReconciled(raw: RawObject, status: JsonObject): boolean | undefined {
  const observed = own(status, 'observedGeneration') ?? own(condition(status, 'Ready'), 'observedGeneration')
  const generation = dig(raw, 'metadata', 'generation')
  if (observed === -1) return false
  return typeof observed === 'number' && typeof generation === 'number' ? observed >= generation : undefined
}

function condition(status: JsonObject, type: string): Json | undefined {
  return digArray(status, 'conditions').find((entry) => own(entry, 'type') === type)
}

function conditions(value: Json): Json | undefined {
  return sortedBy(listOf(value, (item) => pick(item, ['reason', 'status', 'type'])) ?? null, 'type')
}

function history(value: Json): Json | undefined {
  if (!isJsonArray(value) || value.length === 0) return undefined
  const newest = value[0]!
  const kept = own(newest, 'chartName') === undefined ? RECONCILIATION : RELEASE
  const reduced = pick(newest, kept, { chartVersion: version })
  return reduced && [reduced]
}

/** Entries by id alone: the version in an entry is that of the API, which two clusters may serve differently. */
function inventory(value: Json): Json | undefined {
  if (isJsonArray(value)) return listOf(value, (item) => pick(item, ['digest', 'name', 'namespace']))
  const entries = listOf(own(value, 'entries') ?? null, (item) => pick(item, ['id']))
  return entries && { entries: sortedBy(entries, 'id') ?? entries }
}

/** FluxReport keeps current state in its spec; counts of reconcilers and messages change by the minute. */
function reportSpec(spec: Json | undefined): JsonObject {
  const reduced: Record<string, Json> = {}
  const parts: [string, Json | undefined][] = [
    ['cluster', pick(own(spec, 'cluster') ?? null, ['platform', 'serverVersion'])],
    ['components', sortedBy(listOf(own(spec, 'components') ?? null, reportComponent) ?? null, 'name')],
    ['distribution', pick(own(spec, 'distribution') ?? null, ['entitlement', 'managedBy', 'version'])],
    ['operator', pick(own(spec, 'operator') ?? null, ['apiVersion', 'platform', 'version'])],
    ['sync', pick(own(spec, 'sync') ?? null, ['id', 'path', 'ready', 'source'])],
  ]
  for (const [key, value] of parts) if (value !== undefined) reduced[key] = value
  return reduced
}

function reportComponent(item: Json): Json | undefined {
  return pick(item, ['image', 'name', 'ready'])
}

/** `registry/app:1.2.3`, the form before ImagePolicy v1, as `latestRef` has it. */
function imageRef(image: string): JsonObject {
  const colon = image.lastIndexOf(':')
  return colon > image.lastIndexOf('/') ? { name: image.slice(0, colon), tag: image.slice(colon + 1) } : { name: image }
}

function same(value: Json): Json {
  return value
}

function version(value: Json): Json {
  return typeof value === 'string' ? withoutDerivedBuild(value) : value
}

function pick(
  value: Json,
  keys: readonly string[],
  readers: Readonly<Record<string, Reader>> = {},
): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined
  const picked: Record<string, Json> = {}
  for (const key of keys) {
    const field = own(value, key)
    const read = field === undefined ? undefined : (readers[key] ?? same)(field)
    if (read !== undefined) setOwn(picked, key, read)
  }
  return picked
}

function listOf(value: Json, read: Reader): readonly Json[] | undefined {
  return isJsonArray(value) ? value.map(read).filter((item) => item !== undefined) : undefined
}

function sortedBy(value: Json, key: string): readonly Json[] | undefined {
  if (!isJsonArray(value)) return undefined
  return value.toSorted((a, b) => compareText(digString(a, key) ?? '', digString(b, key) ?? ''))
}
