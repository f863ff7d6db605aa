import { splitGeneratedName } from '../flux/generator-name.ts'
import { compareRefs, refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import { isDataRef } from './side.ts'
import type { Side } from './side.ts'

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
  return [...new Map(named.map((ref) => [ref.name, ref])).values()]
}

/** Every reference to the object on that side. */
export function referencesOn(unit: Unit, side: Side): readonly Reference[] {
  if (unit.names === null) return side.references.get(refKey(unit.ref)) ?? []
  return refsOf(unit).flatMap((ref) => side.references.get(refKey(ref)) ?? [])
}

/**
 * Pairs the objects of all clusters by group, kind, namespace and name, sorted by ref. ConfigMaps and Secrets take part where a Flux
 * object of any cluster refers to them; those with a generator's hash suffix pair by stem, if that is unambiguous.
 */
export function pairObjects(sides: readonly Side[], baseline: number | null): Unit[] {
  return [...pairFluxObjects(sides), ...pairData(sides, baseline)].sort((a, b) => compareRefs(a.ref, b.ref))
}

function pairFluxObjects(sides: readonly Side[]): Unit[] {
  const units = new Map<string, Unit & { entries: (SnapshotEntry | null)[] }>()
  for (const side of sides) {
    for (const entry of side.snapshot.entries) {
      if (isDataRef(entry.ref)) continue
      const key = refKey(entry.ref)
      let unit = units.get(key)
      if (!unit) {
        unit = { key, ref: entry.ref, data: false, names: null, entries: nothing(sides) }
        units.set(key, unit)
      }
      unit.entries[side.index] = entry
    }
  }
  return [...units.values()]
}

function nothing(sides: readonly Side[]): null[] {
  return Array.from({ length: sides.length }, () => null)
}

/** One name, with the sides on which it is used. */
type Candidate = { readonly ref: ResourceRef; readonly sides: Set<number> }

function pairData(sides: readonly Side[], baseline: number | null): Unit[] {
  const units: Unit[] = []
  for (const candidates of candidatesByStem(sides).values()) {
    const groups = candidates.length === 1 ? [candidates] : pairByStem(candidates)
    for (const group of groups) {
      const unit = dataUnit(group, sides, baseline)
      units.push(groups.length === 1 ? { ...unit, key: stemKey(unit.ref) } : unit)
    }
  }
  return units
}

function candidatesByStem(sides: readonly Side[]): Map<string, Candidate[]> {
  const byRef = new Map<string, Candidate>()
  const use = (ref: ResourceRef, side: Side): void => {
    const key = refKey(ref)
    const known = byRef.get(key)
    if (known) known.sides.add(side.index)
    else byRef.set(key, { ref, sides: new Set([side.index]) })
  }
  for (const side of sides) {
    for (const { to } of side.snapshot.references) if (isDataRef(to)) use(to, side)
  }
  for (const side of sides) {
    for (const [key, entry] of side.data) if (byRef.has(key)) use(entry.ref, side)
  }
  return Map.groupBy(byRef.values(), (candidate) => stemKey(candidate.ref))
}

/** `refKey` with `*`, which no name can hold, in the place of the hash. */
function stemKey(ref: ResourceRef): string {
  const generated = splitGeneratedName(ref.name)
  return refKey(generated ? { ...ref, name: `${generated.stem}-*` } : ref)
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

function dataUnit(group: readonly Candidate[], sides: readonly Side[], baseline: number | null): Unit {
  const names = sides.map((side) => group.find((candidate) => candidate.sides.has(side.index))?.ref ?? null)
  const entries = sides.map((side, at) => {
    const ref = names[at]
    return ref ? (side.data.get(refKey(ref)) ?? null) : null
  })
  const order = baseline === null ? sides : [sides[baseline]!, ...sides]
  const first = order.find((side) => entries[side.index]) ?? order.find((side) => names[side.index])
  const ref = names[first?.index ?? 0] ?? group[0]!.ref
  return { key: refKey(ref), ref, data: true, names: group.length > 1 ? names : null, entries }
}

/**
 * Whether two names in a namespace name one ConfigMap or Secret that was read wherever it is used. Where a name is used for both kinds,
 * both must pair, since the text of a reference does not tell the kind here.
 */
export function createNameMatcher(units: readonly Unit[]): (namespace: string, from: string, to: string) => boolean {
  const byName = new Map<string, Unit[]>()
  for (const unit of units) {
    if (!unit.data) continue
    for (const ref of refsOf(unit)) {
      const key = `${ref.namespace}/${ref.name}`
      byName.set(key, [...(byName.get(key) ?? []), unit])
    }
  }
  return (namespace, from, to) => {
    const left = byName.get(`${namespace}/${from}`) ?? []
    const right = byName.get(`${namespace}/${to}`) ?? []
    return left.length > 0 && left.length === right.length && left.every((unit) => isRead(unit) && right.includes(unit))
  }
}

function isRead(unit: Unit): boolean {
  return unit.names?.every((name, side) => name === null || unit.entries[side]) ?? false
}
