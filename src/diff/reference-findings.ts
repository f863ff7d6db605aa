import { compareRefs, compareText, displayRef, refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference } from '../model/snapshot.ts'
import { count } from './finding.ts'
import type { Found } from './finding.ts'
import { listed } from './listing.ts'
import { refsOf } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'

/** Finds the objects that take part in the comparison (see `indexObjects`). */
export type Users = (ref: ResourceRef) => Unit | undefined

/** Findings on references to what is proven not to be there. What could not be read is not missing. */
export function referenceFindings(run: Run, users: Users): Found[] {
  const absent = run.sides.flatMap((side) => absentOn(side, users))
  if (absent.length === 0) return []
  const required = absent.filter(({ reference }) => !reference.optional)
  const optional = absent.filter(({ reference }) => reference.optional)
  return [...danglingReferences(run, required), ...skippedReferences(run, optional)]
}

type Absent = { readonly side: Side; readonly user: Unit; readonly reference: Reference }

/** Sorted: in which order a snapshot has its references must not decide how they are told. */
function absentOn(side: Side, users: Users): Absent[] {
  const absent = side.snapshot.references.filter(({ state }) => state === 'absent')
  const used = absent.flatMap((reference) => {
    const user = users(reference.from)
    return user === undefined ? [] : [{ side, user, reference }]
  })
  return used.sort(
    ({ reference: a }, { reference: b }) =>
      compareRefs(a.from, b.from) || compareText(a.field, b.field) || compareRefs(a.to, b.to),
  )
}

/** One reference over the clusters on which it leads nowhere. */
type Dangling = { readonly user: Unit; readonly reference: Reference; readonly sides: readonly Side[] }

/**
 * One finding per object that is not there and clusters without it, whatever refers to it. What holds on every cluster that has the
 * reference is no matter of this comparison: one low finding for all of it.
 */
function danglingReferences(run: Run, absent: readonly Absent[]): Found[] {
  const dangling = [...Map.groupBy(absent, placeOf).values()].map((group): Dangling => ({
    ...group[0]!,
    sides: run.sides.filter((side) => group.some((each) => each.side === side)),
  }))
  const { shared = [], own = [] } = Object.groupBy(dangling, (each) => (isShared(run, each) ? 'shared' : 'own'))
  const groups = Map.groupBy(own, ({ reference, sides }) => [refKey(reference.to), ...names(sides)].join('\0'))
  const alike = shared.length > 1 ? [sharedFinding(run, shared)] : shared.map((each) => danglingFinding([each], 'low'))
  return [...[...groups.values()].map((group) => danglingFinding(group, severityOf(group))), ...alike]
}

/** The same field of the same object; an object that clusters name differently may name its target differently too. */
function placeOf({ user, reference: { field, to } }: Absent): string {
  return [user.key, field, user.names === null ? refKey(to) : `${to.group}/${to.kind}`].join('\0')
}

function isShared(run: Run, { user, sides }: Dangling): boolean {
  const holders = run.sides.filter((side) => user.entries[side.index])
  return holders.length > 1 && sides.length === holders.length
}

/** What an Alert or Receiver looks at fails nothing by its absence. */
function severityOf(group: readonly Dangling[]): 'medium' | 'low' {
  return group.every(({ reference }) => reference.use === 'other') ? 'low' : 'medium'
}

const HINT = 'Create the object, correct the name, or mark the reference as optional where the field allows it.'

function danglingFinding(group: readonly Dangling[], severity: 'medium' | 'low'): Found {
  const { sides, reference } = group[0]!
  const { from, field, to } = reference
  const where = `does not exist on ${names(sides).join(', ')}`
  const common = { code: 'dangling-reference', severity, sides, hint: HINT } as const
  if (group.length === 1) {
    const message = `${displayRef(from)} refers to ${displayRef(to)} in ${field}, which ${where}`
    return { ...common, ref: from, subject: `${field} ${refKey(to)}`, message }
  }
  const places = group.map((each) => `${displayRef(each.reference.from)} (${each.reference.field})`)
  const message = `${displayRef(to)} ${where}, and ${count(group.length, 'reference')} lead to it: ${listed(places)}`
  return { ...common, ref: to, message }
}

function sharedFinding(run: Run, shared: readonly Dangling[]): Found {
  const sides = run.sides.filter((side) => shared.some((each) => each.sides.includes(side)))
  const places = shared.map(
    ({ reference: { from, field, to } }) => `${displayRef(to)} (${displayRef(from)} in ${field})`,
  )
  return {
    code: 'dangling-reference',
    severity: 'low',
    sides,
    subject: 'shared',
    message: `${count(shared.length, 'reference')} lead to nothing on every cluster that has them: ${listed(places)}`,
    hint: `This is no difference between the clusters. ${HINT}`,
  }
}

/** Nothing fails where an optional reference leads nowhere, so nobody is told: one finding per cluster that lacks what another has. */
function skippedReferences(run: Run, optional: readonly Absent[]): Found[] {
  if (optional.length === 0) return []
  const present = run.sides.map(presentOn)
  const skipped = optional.filter((each) => present.some((references) => leadsSomewhere(references, each)))
  return run.sides.flatMap((side) => skippedFinding(side, skipped))
}

/** References that lead to something, by `refKey` of what it is. */
type Present = ReadonlyMap<string, readonly Reference[]>

function presentOn({ snapshot }: Side): Present {
  const present = snapshot.references.filter(({ state }) => state === 'present')
  return Map.groupBy(present, ({ to }) => refKey(to))
}

function skippedFinding(side: Side, all: readonly Absent[]): Found[] {
  const skipped = all.filter((each) => each.side === side)
  if (skipped.length === 0) return []
  const places = skipped.map(
    ({ reference: { from, field, to } }) => `${displayRef(to)} (${displayRef(from)} in ${field})`,
  )
  return [
    {
      code: 'optional-reference-absent',
      severity: 'low',
      sides: [side],
      subject: 'optional',
      message: `${side.name}: ${count(skipped.length, 'optional reference')} that ${skipped.length === 1 ? 'leads' : 'lead'} to an object elsewhere ${skipped.length === 1 ? 'is' : 'are'} skipped without an error: ${listed(places)}`,
      hint: 'Create the object, or take "optional" out of the reference if the cluster is not to run without it.',
    },
  ]
}

function leadsSomewhere(present: Present, { user, reference }: Absent): boolean {
  const same = present.get(refKey(reference.to)) ?? []
  const own = refsOf(user).map(refKey)
  return same.some(({ from }) => own.includes(refKey(from)))
}

function names(sides: readonly Side[]): string[] {
  return sides.map((side) => side.name)
}
