import { isConfigured } from '../flux/controller-facts.ts'
import { canonicalJson } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { compareText, refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { ControllerFacts } from '../model/snapshot.ts'
import type { Subject } from './differences.ts'
import { includesInstall } from './filter.ts'
import type { ObjectFilter } from './filter.ts'
import { isDrift, judgedDifferences } from './judged-unit.ts'
import type { At, LeafSlot } from './leaves.ts'
import { presenceOf, stateOf } from './outcome.ts'
import { quote } from './path.ts'
import { formatPointer } from './pointer.ts'
import { sightAbsentee } from './presence.ts'
import type { Sighting } from './presence.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'
import { chooseAgainst, variantsOf } from './variants.ts'

/** A controller whose version differs only because Flux itself does. */
export type ControllerSkew = { readonly name: string }

export type InstallComparison = { readonly results: readonly UnitResult[]; readonly skews: readonly ControllerSkew[] }

type Holder = { readonly side: Side; readonly facts: ControllerFacts }
type Path = { readonly group: 'version' | 'image' | 'args' | 'featureGates'; readonly key: string | null }

/** Compares the controllers of Flux, each as an object of kind Deployment. */
export function compareInstall(run: Run, filter: ObjectFilter): InstallComparison {
  const holders = run.sides.flatMap((side) => side.snapshot.install.controllers.map((facts) => ({ side, facts })))
  const wanted = holders.filter(({ facts }) => includesInstall(filter, facts.namespace))
  const groups = Map.groupBy(wanted, ({ facts }) => `${facts.namespace}/${facts.name}`)
  const compared = [...groups.values()].map((group) => compareController(run, group))
  return { results: compared.map(({ result }) => result), skews: compared.flatMap(({ skew }) => skew ?? []) }
}

function refOf({ facts }: Holder): ResourceRef {
  return { group: 'apps', kind: 'Deployment', namespace: facts.namespace, name: facts.name }
}

function sightController(side: Side, ref: ResourceRef, holders: readonly Holder[]): Sighting {
  if (holders.some((holder) => holder.side === side)) return { presence: 'present' }
  if (side.snapshot.error !== null || side.coverage.has('apps/Deployment')) return sightAbsentee(ref, side)
  const known = side.snapshot.install.controllers.length > 0
  return known ? { presence: 'absent', proof: 'listed' } : { presence: 'unknown', reason: 'not-asked', asked: false }
}

function compareController(run: Run, holders: readonly Holder[]): { result: UnitResult; skew: ControllerSkew | null } {
  const ref = refOf(holders[0]!)
  const sightings = run.sides.map((side) => sightController(side, ref, holders))
  const factsOf = new Map(holders.map(({ side, facts }) => [side, facts]))
  const variants = variantsOf([...factsOf.keys()], (side) => canonicalJson(factsOf.get(side)!))
  const against = chooseAgainst(variants, run.baseline, () => false)
  const slots = pathsOf(holders).flatMap((path) => slotAt({ holders, path, against: against[0]! }) ?? [])
  const subject = subjectOf(run, ref, sightings)
  const unit = { key: subject.key, ref, data: false, names: null, entries: run.sides.map(() => null) }
  const { explained, ...judged } = judgedDifferences(run, {
    unit,
    sightings,
    slots: [...presenceOf(run, sightings), ...slots],
    unknown: [],
    subjectAt: (slot) =>
      slot.layer === 'presence' ? subject : { ...subject, unknown: unknownAt(subject, slot, holders) },
    bodyOf: (side) => treeOf(factsOf.get(side)),
    statusOf: null,
    effective: null,
    context: { ...ref, fingerprint: run.fingerprint, sameReference: () => false },
    parametric: () => null,
  })
  const certainty = { uncertain: false, explained }
  const state = stateOf(judged.differences.filter(isDrift), sightings, certainty)
  const skew = holders.some((holder) => followsSkew(holder, holders[0]!)) ? { name: ref.name } : null
  const nothing = { equivalents: [], unknown: [], certainty, effective: null, proof: null }
  return { result: { unit, sightings, state, against, ...judged, ...nothing }, skew }
}

/** What rules may be about: `version`, `image`, `args`, `featureGates`. */
function treeOf(facts: ControllerFacts | undefined): Json | null {
  if (facts === undefined) return null
  const { version, image, args, featureGates } = facts
  return { ...(version === null ? {} : { version }), ...(image === null ? {} : { image }), args, featureGates }
}

function subjectOf(run: Run, ref: ResourceRef, sightings: readonly Sighting[]): Subject {
  const unknown = run.sides.flatMap((side): [Side, string][] => {
    const sighting = sightings[side.index]
    return sighting?.presence === 'unknown' ? [[side, sighting.reason]] : []
  })
  return { key: refKey(ref), kind: ref.kind, uses: new Set(), unknown: new Map(unknown) }
}

function pathsOf(holders: readonly Holder[]): Path[] {
  const keys = (group: 'args' | 'featureGates'): Path[] =>
    [...new Set(holders.flatMap(({ facts }) => Object.keys(facts[group])))]
      .sort(compareText)
      .map((key) => ({ group, key }))
  return [{ group: 'version', key: null }, { group: 'image', key: null }, ...keys('args'), ...keys('featureGates')]
}

function valueAt({ facts }: Holder, { group, key }: Path): Json | undefined {
  if (group === 'version' || group === 'image') return facts[group] ?? undefined
  return key !== null && Object.hasOwn(facts[group], key) ? facts[group][key] : undefined
}

function isReadAt({ facts }: Holder, { group }: Pick<Path, 'group'>): boolean {
  if (group === 'version' || group === 'image') return facts[group] !== null
  return isConfigured(facts)
}

type Place = { readonly holders: readonly Holder[]; readonly path: Path; readonly against: Side }

function slotAt({ holders, path, against }: Place): LeafSlot | null {
  const read = holders.filter((holder) => isReadAt(holder, path))
  const from = read.find((holder) => holder.side === against) ?? read[0]
  if (from === undefined) return null
  const changed = read.filter((holder) => holder !== from && differsAt(path, from, holder))
  if (changed.length === 0) return null
  const steps = path.key === null ? [{ key: path.group }] : [{ key: path.group }, { key: path.key }]
  const pointer = formatPointer(steps.map((step) => step.key))
  const at = read.flatMap((holder): [Side, At][] => {
    const value = valueAt(holder, path)
    return value === undefined ? [] : [[holder.side, { value, pointer }]]
  })
  return {
    layer: 'install',
    path: textOf(path),
    steps,
    within: null,
    moved: false,
    changes: new Map(changed.map((holder) => [holder.side, changeOf(valueAt(from, path), valueAt(holder, path))])),
    at: new Map(at),
  }
}

function textOf({ group, key }: Path): string {
  if (key === null) return group
  return group === 'featureGates' && /^\w+$/.test(key) ? `${group}.${key}` : `${group}[${quote(key)}]`
}

function changeOf(from: Json | undefined, to: Json | undefined): 'added' | 'removed' | 'changed' {
  if (from === undefined) return 'added'
  return to === undefined ? 'removed' : 'changed'
}

/** Where Flux itself differs, the versions of its controllers must; only another registry or name of the image is then news. */
function differsAt(path: Path, a: Holder, b: Holder): boolean {
  const [left, right] = [valueAt(a, path), valueAt(b, path)]
  if (path.key !== null || !isSkewed(a, b)) return left !== right
  return path.group === 'image' && nameOf(a.facts.image) !== nameOf(b.facts.image)
}

function isSkewed(a: Holder, b: Holder): boolean {
  const [left, right] = [a.side.snapshot.install.flux, b.side.snapshot.install.flux]
  return left !== null && right !== null && left !== right
}

function followsSkew(a: Holder, b: Holder): boolean {
  return isSkewed(a, b) && (a.facts.version !== b.facts.version || a.facts.image !== b.facts.image)
}

/** An image without its tag and digest. */
function nameOf(image: string | null): string {
  return (image ?? '').replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}

function unknownAt(subject: Subject, slot: LeafSlot, holders: readonly Holder[]): Map<Side, string> {
  const unknown = new Map(subject.unknown)
  const [first] = slot.steps
  const group = first && 'key' in first ? (first.key as Path['group']) : 'version'
  for (const holder of holders) if (!isReadAt(holder, { group })) unknown.set(holder.side, 'not-asked')
  return unknown
}
