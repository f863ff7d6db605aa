import { digestOfText } from '../flux/digest.ts'
import { countEvents } from '../flux/events.ts'
import { refOf } from '../flux/identity.ts'
import type { Masker } from '../flux/mask-object.ts'
import { isGenerated, reduceObject, type ReducedObject } from '../flux/reduce.ts'
import type { ReferenceTarget } from '../flux/references.ts'
import { withValuesCheck } from '../flux/values-check.ts'
import { AppError } from '../model/errors.ts'
import { canonicalJson } from '../model/json.ts'
import { compareRefs, refKey, type ResourceRef } from '../model/resource-ref.ts'
import type {
  Digest,
  InstallFacts,
  KnownObject,
  ObjectBody,
  RawObject,
  ReferenceState,
  Snapshot,
  SnapshotEntry,
  SnapshotHeader,
} from '../model/snapshot.ts'
import type { KnownObjects } from '../service/ports.ts'
import type { ObjectLimits } from './object-limits.ts'
import { labelsOf, resourceVersionOf, uidOf, versionOf } from './raw-object.ts'
import { resolveReferences } from './resolve-references.ts'
import { createEffectiveChecks, type EffectiveChecks, type Identified } from './effective-checks.ts'

/** What was read of one side, not yet masked. */
export type SnapshotInput = {
  /** `install` may still hold secret texts: it is scrubbed here. `objects` of each coverage row is counted here. */
  readonly header: Omit<SnapshotHeader, 'mask' | 'secretSet'>
  /** Flux objects with apiVersion and kind, in any order; of two with one ref the first is kept, generated ones are left out. */
  readonly objects: readonly RawObject[]
  /** ConfigMaps and Secrets with apiVersion and kind, read because they are referred to. */
  readonly referenced: readonly RawObject[]
  /** References of `objects` (`referencesOf` of each); their states are found out here. */
  readonly targets: readonly ReferenceTarget[]
  /** What became of a referenced ConfigMap or Secret that is not among `referenced`, by `refKey`; left out: `not-asked`. */
  readonly states: ReadonlyMap<string, ReferenceState>
  /** Whether only a selection of the Flux objects was read (`-l`, `--resource`): what is not among them then is not absent. */
  readonly selective: boolean
  /** Objects of kind Event; null where they were not asked for or not readable. */
  readonly events: readonly RawObject[] | null
  readonly limits: ObjectLimits
  readonly masker: Masker
  readonly known: KnownObjects | null
}

type Bodies = Map<Digest, { readonly body: ObjectBody; readonly text: string }>
type Reuse = { readonly known: KnownObjects; readonly digests: Set<Digest> } | null

/**
 * Masks what was read and makes the snapshot. All Secrets are learned before the first object is masked.
 * An object whose uid and resourceVersion are known under the same engine, mask and secret set keeps its digests
 * unread; its body is then asked of `known` when someone needs it. Secrets are always masked anew: their body
 * also depends on who refers to them.
 */
export function assembleSnapshot(input: SnapshotInput): Snapshot {
  const { header, masker, limits } = input
  const objects = distinct(input.objects)
  const referenced = distinct(input.referenced)
  for (const { raw, ref } of referenced.values()) if (isSecret(ref) && limits(raw) === null) masker.learn(raw)
  const secretSet = masker.secretSet()
  const reuse = reusable(input.known, header.engine, masker.id, secretSet)
  const bodies: Bodies = new Map()
  const yamlKeys = yamlKeysOf(input.targets)
  const entries: SnapshotEntry[] = []
  const checks = createEffectiveChecks({ referenced, states: input.states, limits }, reuse?.known ?? null)
  const making = { masker, bodies, reuse, limits, checks }
  for (const object of objects.values()) if (!isGenerated(object.raw)) entries.push(entryOf(object, undefined, making))
  for (const [key, object] of referenced) entries.push(entryOf(object, yamlKeys.get(key), making))
  entries.sort((a, b) => compareRefs(a.ref, b.ref))
  return {
    ...header,
    mask: masker.id,
    secretSet,
    install: scrubInstall(header.install, masker),
    coverage: countObjects(header.coverage, entries),
    entries,
    references: resolveReferences(input.targets, {
      present: new Set([...objects.keys(), ...referenced.keys()]),
      states: input.states,
      coverage: header.coverage,
      selective: input.selective,
    }),
    events: input.events === null ? null : countEvents([...input.events]),
    body: (digest) => bodyOf(digest, bodies, reuse),
    text: (digest) => bodies.get(digest)?.text,
  }
}

/** Snapshot of a side that could not be read at all. */
export function failedSnapshot(
  header: Pick<SnapshotHeader, 'id' | 'cluster' | 'takenAt' | 'engine' | 'namespaces'>,
  error: AppError,
  masker: Masker,
): Snapshot {
  return {
    ...header,
    uid: null,
    mask: masker.id,
    secretSet: masker.secretSet(),
    install: { flux: null, operator: null, kubernetes: null, controllers: [] },
    served: [],
    coverage: [],
    error: error.toDocument(),
    entries: [],
    references: [],
    events: null,
    body: (digest) => bodyOf(digest, new Map(), null),
  }
}

type Making = Pick<SnapshotInput, 'masker' | 'limits'> & {
  readonly bodies: Bodies
  readonly reuse: Reuse
  readonly checks: EffectiveChecks
}

function entryOf({ raw, ref }: Identified, yamlKeys: ReadonlySet<string> | undefined, making: Making): SnapshotEntry {
  const { masker, bodies, checks } = making
  const secret = isSecret(ref)
  const uid = uidOf(raw)
  const resourceVersion = resourceVersionOf(raw)
  const identity = {
    ref,
    version: versionOf(raw),
    uid,
    resourceVersion,
    labels: masker.scrubLabels(labelsOf(raw)),
  }
  const known = secret ? null : knownOf(uid, resourceVersion, making.reuse)
  if (known) {
    const told = known.limit || checks.isKnown(raw, ref) ? toldBefore(known) : tell(reduceObject(raw), raw, making)
    return { ...identity, digest: known.digest, limit: known.limit, ...told }
  }
  const limit = making.limits(raw)
  if (limit) return { ...identity, digest: keep(masker.maskBody({}, ref), bodies), statusDigest: null, limit }
  const reduced = reduceObject(raw)
  const { body } = reduced
  const masked = secret ? masker.maskSecretBody(body, yamlKeys ?? new Set()) : masker.maskBody(body, ref)
  return {
    ...identity,
    digest: keep(masked, bodies),
    limit: null,
    ...tell(reduced, raw, making),
  }
}

type Told = Pick<SnapshotEntry, 'statusDigest' | 'noted'>

function toldBefore({ statusDigest, noted }: KnownObject): Told {
  return noted ? { statusDigest, noted } : { statusDigest }
}

/** The current state of an object, with what its effective values or variables tell. */
function tell({ ref, status: bare }: ReducedObject, raw: RawObject, { masker, bodies, checks }: Making): Told {
  const { check, noted } = checks.look(raw, ref)
  const status = check === null ? bare : withValuesCheck(bare, check)
  const statusDigest = status === null ? null : keep(masker.maskStatus(status, ref), bodies)
  return noted ? { statusDigest, noted } : { statusDigest }
}

function keep(body: ObjectBody, bodies: Bodies): Digest {
  const text = canonicalJson(body)
  const digest = digestOfText(text)
  if (!bodies.has(digest)) bodies.set(digest, { body, text })
  return digest
}

function bodyOf(digest: Digest, bodies: Bodies, reuse: Reuse): ObjectBody {
  const body = bodies.get(digest)?.body ?? (reuse?.digests.has(digest) ? reuse.known.body(digest) : undefined)
  if (body === undefined) throw new AppError('internal', `no body with digest ${digest} in the snapshot`)
  return body
}

function reusable(known: KnownObjects | null, engine: string, mask: string, secretSet: string): Reuse {
  if (known?.engine !== engine || known.mask !== mask || known.secretSet !== secretSet) return null
  return { known, digests: new Set() }
}

function knownOf(uid: string | null, resourceVersion: string | null, reuse: Reuse): KnownObject | null {
  if (!reuse || uid === null || resourceVersion === null) return null
  const known = reuse.known.byUid.get(uid)
  if (known?.resourceVersion !== resourceVersion) return null
  reuse.digests.add(known.digest)
  if (known.statusDigest !== null) reuse.digests.add(known.statusDigest)
  return known
}

function distinct(objects: readonly RawObject[]): Map<string, Identified> {
  const byKey = new Map<string, Identified>()
  for (const raw of objects) {
    const ref = refOf(raw)
    const key = refKey(ref)
    if (!byKey.has(key)) byKey.set(key, { raw, ref })
  }
  return byKey
}

function isSecret({ group, kind }: ResourceRef): boolean {
  return kind === 'Secret' && group === ''
}

function yamlKeysOf(targets: readonly ReferenceTarget[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>()
  for (const { to, yamlKey } of targets) {
    if (yamlKey === null) continue
    const key = refKey(to)
    const found = keys.get(key)
    if (found) found.add(yamlKey)
    else keys.set(key, new Set([yamlKey]))
  }
  return keys
}

function scrubInstall(install: InstallFacts, masker: Masker): InstallFacts {
  return {
    ...install,
    controllers: install.controllers.map((controller) => ({
      ...controller,
      image: controller.image === null ? null : masker.scrubText(controller.image),
      args: Object.fromEntries(Object.entries(controller.args).map(([flag, text]) => [flag, masker.scrubText(text)])),
    })),
  }
}

function countObjects(
  coverage: SnapshotHeader['coverage'],
  entries: readonly SnapshotEntry[],
): SnapshotHeader['coverage'] {
  const counts = new Map<string, number>()
  const keyOf = ({ group, kind }: Pick<ResourceRef, 'group' | 'kind'>): string => `${group}/${kind}`
  for (const { ref } of entries) {
    const key = keyOf(ref)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return coverage.map((row) => ({ ...row, objects: counts.get(keyOf(row)) ?? 0 }))
}
