import { digestOfText } from '../flux/digest.ts'
import { countEvents } from '../flux/events.ts'
import type { Masker } from '../flux/mask-object.ts'
import { reduceObject, type ReducedObject } from '../flux/reduce.ts'
import type { ReferenceTarget } from '../flux/references.ts'
import { lastActiveOf } from '../flux/suspension.ts'
import { withValuesCheck } from '../flux/values-check.ts'
import { AppError } from '../model/errors.ts'
import { canonicalJson } from '../model/json.ts'
import { compareRefs, refKey, type ResourceRef } from '../model/resource-ref.ts'
import type {
  Digest,
  InstallFacts,
  RawObject,
  ObjectBody,
  ReferenceState,
  Snapshot,
  SnapshotEntry,
  SnapshotHeader,
} from '../model/snapshot.ts'
import type { KnownObjects } from '../service/ports.ts'
import { labelsOf, resourceVersionOf, uidOf, versionOf } from './raw-object.ts'
import { resolveReferences } from './resolve-references.ts'
import { createEffectiveChecks, type EffectiveChecks } from './effective-checks.ts'
import type { TakenObject } from './take-object.ts'
import { parseJsonText } from '../model/json-text.ts'

/** What was read of one side, not yet masked. */
export type SnapshotInput = {
  /** `install` may still hold secret texts: it is scrubbed here. `objects` of each coverage row is counted here. */
  readonly header: Omit<SnapshotHeader, 'mask' | 'secretSet'>
  /** Flux objects with apiVersion and kind, in any order; of two with one ref the first is kept, generated ones are left out. */
  readonly objects: readonly TakenObject[]
  /** ConfigMaps and Secrets with apiVersion and kind, read because they are referred to. */
  readonly referenced: readonly TakenObject[]
  /** What became of a referenced ConfigMap or Secret that is not among `referenced`, by `refKey`; left out: `not-asked`. */
  readonly states: ReadonlyMap<string, ReferenceState>
  /** Whether only a selection of the Flux objects was read (`-l`, `--resource`): what is not among them then is not absent. */
  readonly selective: boolean
  /** Objects of kind Event; null where they were not asked for or not readable. */
  readonly events: readonly RawObject[] | null
  readonly masker: Masker
  /** Of the same engine and mask; what `objects` and `referenced` know was found there. */
  readonly known: KnownObjects | null
}

/** Canonical texts of bodies: parsed when one is asked for, since hardly any is. */
type Bodies = Map<Digest, string>

/**
 * Masks what was read and makes the snapshot. All Secrets are learned before the first object is masked. Under the same set of
 * secrets, what is known keeps its entry, unread; its body is then asked of `known` when someone needs it. Of a Secret the body also depends on
 * which of its keys others read as YAML: it is masked anew where these are others than before.
 */
export function assembleSnapshot(input: SnapshotInput): Snapshot {
  const { header, masker } = input
  const objects = distinct(input.objects)
  const referenced = distinct(input.referenced)
  for (const { ref, limit, raw } of referenced.values()) if (isSecret(ref) && limit === null) masker.learn(raw())
  const targets = [...objects.values()].flatMap((object) => object.targets)
  const secretSet = masker.secretSet()
  const known = input.known?.secretSet === secretSet ? input.known : null
  const bodies: Bodies = new Map()
  const checks = createEffectiveChecks(referenced, input.states)
  const entries = entriesOf({ objects, referenced }, { targets, known }, { masker, bodies, checks })
  entries.sort((a, b) => compareRefs(a.ref, b.ref))
  return {
    ...header,
    mask: masker.id,
    secretSet,
    install: scrubInstall(header.install, masker),
    coverage: countObjects(header.coverage, entries),
    entries,
    references: resolveReferences(targets, {
      present: new Set([...objects.keys(), ...referenced.keys()]),
      states: input.states,
      coverage: header.coverage,
      selective: input.selective,
    }),
    events: input.events === null ? null : countEvents([...input.events]),
    body: bodyReader(entries, bodies, known),
    text: (digest) => bodies.get(digest),
    reused: known?.byUid ?? null,
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
    schemaSet: null,
    install: { flux: null, operator: null, kubernetes: null, controllers: [] },
    served: [],
    coverage: [],
    error: error.toDocument(),
    entries: [],
    references: [],
    events: null,
    body: bodyReader([], new Map(), null),
  }
}

type Making = Pick<SnapshotInput, 'masker'> & {
  readonly bodies: Bodies
  readonly checks: EffectiveChecks
}

type Read = {
  readonly objects: ReadonlyMap<string, TakenObject>
  readonly referenced: ReadonlyMap<string, TakenObject>
}
type Context = { readonly targets: readonly ReferenceTarget[]; readonly known: KnownObjects | null }

function entriesOf({ objects, referenced }: Read, { targets, known }: Context, making: Making): SnapshotEntry[] {
  const entries: SnapshotEntry[] = []
  for (const object of objects.values()) {
    if (!object.generated) entries.push(entryOf(object, { yamlKeys: NO_KEYS, reuse: known !== null }, making))
  }
  const yamlKeys = yamlKeysOf(targets)
  const knownYamlKeys = yamlKeysOf([...(known?.references.values() ?? [])].flat())
  for (const [key, object] of referenced) {
    const now = yamlKeys.get(key) ?? NO_KEYS
    const isSame = !isSecret(object.ref) || isSameSet(now, knownYamlKeys.get(key) ?? NO_KEYS)
    entries.push(entryOf(object, { yamlKeys: now, reuse: known !== null && isSame }, making))
  }
  return entries
}

/** `reuse`: an entry that is known for the object is that of now. */
type Use = { readonly yamlKeys: ReadonlySet<string>; readonly reuse: boolean }

const NO_KEYS: ReadonlySet<string> = new Set()

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && one.isSubsetOf(other)
}

function entryOf(object: TakenObject, { yamlKeys, reuse }: Use, making: Making): SnapshotEntry {
  const { ref, limit, known } = object
  const { masker, bodies, checks } = making
  if (reuse && known) {
    if (limit !== null || checks.isKnown(object)) return known
    const { noted: _noted, ...before } = known
    return { ...before, ...tell(reduceObject(object.raw(), ref), object, making) }
  }
  const raw = object.raw()
  const suspended = lastActiveOf(raw)
  const identity = {
    ref,
    version: versionOf(raw),
    uid: uidOf(raw),
    resourceVersion: resourceVersionOf(raw),
    labels: masker.scrubLabels(labelsOf(raw)),
    ...(suspended === null ? {} : { suspended }),
  }
  if (limit) return { ...identity, digest: keep(masker.maskBody({}, ref), bodies), statusDigest: null, limit }
  const reduced = reduceObject(raw, ref)
  const { body } = reduced
  const masked = isSecret(ref) ? masker.maskSecretBody(body, yamlKeys) : masker.maskBody(body, ref)
  return {
    ...identity,
    digest: keep(masked, bodies),
    limit: null,
    ...tell(reduced, object, making),
  }
}

type Told = Pick<SnapshotEntry, 'statusDigest' | 'noted'>

/** The current state of an object, with what its effective values or variables tell. */
function tell({ ref, status: bare }: ReducedObject, object: TakenObject, { masker, bodies, checks }: Making): Told {
  const { check, noted } = checks.look(object)
  const status = check === null ? bare : withValuesCheck(bare, check)
  const statusDigest = status === null ? null : keep(masker.maskStatus(status, ref), bodies)
  return noted ? { statusDigest, noted } : { statusDigest }
}

function keep(body: ObjectBody, bodies: Bodies): Digest {
  const text = canonicalJson(body)
  const digest = digestOfText(text)
  bodies.set(digest, text)
  return digest
}

/** Bodies of entries that were known are asked of the history, and only those. */
function bodyReader(
  entries: readonly SnapshotEntry[],
  bodies: Bodies,
  known: KnownObjects | null,
): (digest: Digest) => ObjectBody {
  let digests: ReadonlySet<Digest | null> | null = null
  return (digest) => {
    const text = bodies.get(digest)
    if (text !== undefined) return parseJsonText(text) as ObjectBody
    digests ??= new Set(entries.flatMap((entry) => [entry.digest, entry.statusDigest]))
    if (known && digests.has(digest)) return known.body(digest)
    throw new AppError('internal', `no body with digest ${digest} in the snapshot`)
  }
}

function distinct(objects: readonly TakenObject[]): Map<string, TakenObject> {
  const byKey = new Map<string, TakenObject>()
  for (const object of objects) {
    const key = refKey(object.ref)
    if (!byKey.has(key)) byKey.set(key, object)
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
  const counts = new Map<string, Map<string, number>>()
  for (const { ref } of entries) {
    const byGroup = counts.get(ref.kind) ?? new Map<string, number>()
    counts.set(ref.kind, byGroup.set(ref.group, (byGroup.get(ref.group) ?? 0) + 1))
  }
  return coverage.map((row) => ({ ...row, objects: counts.get(row.kind)?.get(row.group) ?? 0 }))
}
