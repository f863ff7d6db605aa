import { compareRefs, compareText, refKey, sameRef } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import type { Identity } from './parameters/identity.ts'
import { once } from './once.ts'
import { isDataRef } from './side.ts'
import type { Side } from './side.ts'
import { stemKey } from './stem-key.ts'

/** One object over all clusters. Lists are indexed by {@link Side.index}. */
export type Unit = {
  /** `refKey`, with `<stem>-*` for a name that a generator made: the same whatever the content hash is. */
  readonly key: string
  /** As the baseline names it, else the first cluster that has it. */
  readonly ref: ResourceRef
  /** A ConfigMap or Secret. */
  readonly data: boolean
  /** The name per cluster, where clusters name it differently; null where all use `ref`. */
  readonly names: readonly (ResourceRef | null)[] | null
  readonly entries: readonly (SnapshotEntry | null)[]
}

/** What the object is called on that side. */
export function refOn(unit: Unit, side: Side): ResourceRef {
  return unit.names?.[side.index] ?? unit.ref
}

/** Every name of the object over all clusters, each once. */
export function refsOf(unit: Unit): ResourceRef[] {
  if (unit.names === null) return [unit.ref]
  const named = unit.names.filter((ref) => ref !== null)
  return [...new Map(named.map((ref) => [refKey(ref), ref])).values()]
}

/** Finds Flux objects by each of their names. Each kind is indexed when one of it is first asked for. */
export function indexObjects(units: readonly Unit[]): (ref: ResourceRef) => Unit | undefined {
  const byKind = once(() =>
    Map.groupBy(
      units.filter(({ data }) => !data),
      ({ ref }) => ref.kind,
    ),
  )
  const indexes = new Map<string, ReadonlyMap<string, Unit>>()
  return (ref) => {
    const index = indexes.get(ref.kind) ?? indexNames(byKind().get(ref.kind) ?? [])
    indexes.set(ref.kind, index)
    return index.get(refKey(ref))
  }
}

function indexNames(units: readonly Unit[]): Map<string, Unit> {
  return new Map(units.flatMap((unit) => refsOf(unit).map((ref) => [refKey(ref), unit])))
}

/** Every reference to a ConfigMap or Secret on that side. */
export function referencesOn(unit: Unit, side: Side): readonly Reference[] {
  if (unit.names === null) return side.references.get(refKey(unit.ref)) ?? []
  return refsOf(unit).flatMap((ref) => side.references.get(refKey(ref)) ?? [])
}

/**
 * Pairs the objects of all clusters by group, kind, namespace and name, as `identity` calls them, sorted by ref. ConfigMaps and Secrets take part where a Flux
 * object of any cluster refers to them; those with a generator's hash suffix pair by stem, if that is unambiguous.
 */
export function pairObjects(
  sides: readonly Side[],
  baseline: number | null,
  identity: Identity = { of: (ref) => ref, findings: [] },
): Unit[] {
  const order = baseline === null ? sides : [sides[baseline]!, ...sides]
  const units = [...pairFluxObjects(sides, order, identity), ...pairData(sides, order, identity)]
  return units.sort((a, b) => compareRefs(a.ref, b.ref) || compareText(a.key, b.key))
}

/** One object of a side, and what it is called over all of them. */
type Called = { readonly as: ResourceRef; readonly entry: SnapshotEntry; readonly side: Side }

/** Sorted, what is one object stands side by side. Snapshots are sorted already, so that this comes to little more than merging them. */
function pairFluxObjects(sides: readonly Side[], order: readonly Side[], identity: Identity): Unit[] {
  const all: Called[] = []
  for (const side of sides) {
    for (const entry of side.snapshot.entries) {
      if (!isDataRef(entry.ref)) all.push({ as: identity.of(entry.ref, side), entry, side })
    }
  }
  all.sort((a, b) => compareRefs(a.as, b.as))
  const units: Unit[] = []
  for (let start = 0, end = 0; start < all.length; start = end) {
    const { as } = all[start]!
    const entries: (SnapshotEntry | null)[] = nothing(sides)
    for (; end < all.length && sameRef(all[end]!.as, as); end += 1) entries[all[end]!.side.index] = all[end]!.entry
    units.push(fluxUnit(as, entries, order))
  }
  return units
}

function fluxUnit(as: ResourceRef, entries: readonly (SnapshotEntry | null)[], order: readonly Side[]): Unit {
  const { ref } = entries[order.find((side) => entries[side.index])!.index]!
  const isOneName = entries.every((entry) => !entry || sameRef(entry.ref, ref))
  const names = isOneName ? null : entries.map((entry) => entry?.ref ?? null)
  return { key: refKey(as), ref, data: false, names, entries }
}

function nothing(sides: readonly Side[]): null[] {
  return sides.map(() => null)
}

/** One name, with the sides on which it is used under one identity. */
type Candidate = { readonly ref: ResourceRef; readonly key: string; readonly stem: string; readonly sides: Set<number> }

function pairData(sides: readonly Side[], order: readonly Side[], identity: Identity): Unit[] {
  const units: Unit[] = []
  for (const [stem, candidates] of candidatesByStem(sides, identity)) {
    const groups = candidates.length === 1 ? [candidates] : pairByStem(candidates)
    for (const group of groups) {
      const unit = dataUnit(group, sides, order)
      units.push(groups.length === 1 ? { ...unit, key: stem } : unit)
    }
  }
  return units
}

function candidatesByStem(sides: readonly Side[], identity: Identity): Map<string, Candidate[]> {
  const byRef = new Map<string, Candidate>()
  const use = (key: string, ref: ResourceRef, side: Side): void => {
    const same = identity.of(ref, side)
    const stem = stemKey(same)
    const id = `${stem}\0${key}`
    const known = byRef.get(id)
    if (known) known.sides.add(side.index)
    else byRef.set(id, { ref, key: same === ref ? key : refKey(same), stem, sides: new Set([side.index]) })
  }
  for (const side of sides) {
    for (const [key, [reference]] of side.references) use(key, reference!.to, side)
  }
  for (const side of sides) {
    for (const [key, { ref }] of side.data) {
      if (!side.references.has(key) && sides.some(({ references }) => references.has(key))) use(key, ref, side)
    }
  }
  return Map.groupBy(byRef.values(), ({ stem }) => stem)
}

/** Names that every cluster uses stay by themselves; the rest is one object if no cluster uses more than one of them. */
function pairByStem(candidates: readonly Candidate[]): Candidate[][] {
  const users = new Set(candidates.flatMap((candidate) => [...candidate.sides]))
  const { shared = [], own = [] } = Object.groupBy(candidates, (candidate) =>
    candidate.sides.size === users.size ? 'shared' : 'own',
  )
  const exact = shared.map((candidate) => [candidate])
  const uses = own.flatMap((candidate) => [...candidate.sides])
  if (own.length > 0 && new Set(uses).size === uses.length) return [...exact, own]
  return [...exact, ...own.map((candidate) => [candidate])]
}

function dataUnit(group: readonly Candidate[], sides: readonly Side[], order: readonly Side[]): Unit {
  const names = sides.map((side) => group.find((candidate) => candidate.sides.has(side.index))?.ref ?? null)
  const entries = sides.map((side, at) => {
    const ref = names[at]
    return ref ? (side.data.get(refKey(ref)) ?? null) : null
  })
  const first = order.find((side) => entries[side.index]) ?? order.find((side) => names[side.index])
  const ref = names[first?.index ?? 0] ?? group[0]!.ref
  const { key } = group.find((candidate) => candidate.ref === ref) ?? group[0]!
  return { key, ref, data: true, names: group.length > 1 ? names : null, entries }
}

/** The namespace over all clusters: with parameters in it where clusters call it differently. */
export function namespaceOf({ key }: Unit): string {
  return key.split('/')[2] ?? ''
}

/**
 * Whether two names in a namespace ({@link namespaceOf}) name one ConfigMap or Secret that was read wherever it is used. Where a name is used for both kinds,
 * both must pair, since the text of a reference does not tell the kind here.
 */
export function createNameMatcher(units: readonly Unit[]): (namespace: string, from: string, to: string) => boolean {
  const byName = once(() => dataByName(units))
  return (namespace, from, to) => {
    const left = byName().get(`${namespace}/${from}`) ?? []
    const right = byName().get(`${namespace}/${to}`) ?? []
    return left.length > 0 && left.length === right.length && left.every((unit) => isRead(unit) && right.includes(unit))
  }
}

function dataByName(units: readonly Unit[]): Map<string, Unit[]> {
  const byName = new Map<string, Unit[]>()
  for (const unit of units) {
    if (!unit.data) continue
    const names = refsOf(unit).flatMap(({ namespace, name }) => [
      `${namespace}/${name}`,
      `${namespaceOf(unit)}/${name}`,
    ])
    for (const key of new Set(names)) byName.set(key, [...(byName.get(key) ?? []), unit])
  }
  return byName
}

function isRead(unit: Unit): boolean {
  return unit.names?.every((name, side) => name === null || unit.entries[side]) ?? false
}
