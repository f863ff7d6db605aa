import type { Cause, Comparison, Difference, Drift, Severity } from '../model/comparison.ts'
import { SEVERITIES } from '../model/comparison.ts'
import { displayRef, refKey, type ResourceRef } from '../model/resource-ref.ts'

/** Differences that belong together: leaves of one item or map that exists on one side only, or a single leaf. */
export type Block = { readonly path: string; readonly differences: readonly Difference[]; readonly severity: Severity }

/** `derived`: what follows from differences that are told elsewhere. An object may have nothing else. */
export type ObjectOutline = {
  readonly drift: Drift
  readonly severity: Severity
  readonly blocks: readonly Block[]
  readonly derived: readonly Block[]
}

/** The same change in several objects of one kind: said once. */
export type RepeatedOutline = {
  readonly kind: string
  readonly difference: Difference
  readonly presence: Drift['presence']
  readonly refs: readonly ResourceRef[]
}

/** Objects that are on one side only, under the one certain cause they share (or alone, with no cause). */
export type OneSidedOutline = {
  readonly severity: Severity
  readonly drift: Drift | null
  readonly cause: Cause | null
  readonly children: readonly Drift[]
}

export type Outline = {
  readonly oneSided: readonly OneSidedOutline[]
  readonly repeated: readonly RepeatedOutline[]
  readonly objects: readonly ObjectOutline[]
}

/** From this many objects on, the same change is told once. */
const REPEATED_FROM = 4

/** What a reader needs, in the order in which they need it: one-sided objects by cause, changes that repeat, then object by object. */
export function outlineOf(comparison: Comparison): Outline {
  const oneSided = comparison.drifts.filter(isOneSided)
  const both = comparison.drifts.filter((drift) => drift.differences.some(({ layer }) => layer !== 'presence'))
  const repeated = findRepeated(both)
  const told = new Set(repeated.flatMap(({ key, refs }) => refs.map((ref) => `${refKey(ref)} ${key}`)))
  const objects = both
    .map((drift) => outlineObject(drift, told))
    .filter(({ blocks, derived }) => blocks.length > 0 || derived.length > 0)
  return {
    oneSided: groupOneSided(oneSided),
    repeated,
    objects: objects.toSorted((a, b) => rankOfObject(a) - rankOfObject(b)),
  }
}

/** Objects in which nothing is told for the first time come last. */
function rankOfObject({ blocks, severity }: ObjectOutline): number {
  return blocks.length === 0 ? SEVERITIES.length : rank(severity)
}

export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

export function worst(severities: readonly Severity[]): Severity {
  return SEVERITIES.find((severity) => severities.includes(severity)) ?? 'low'
}

function isOneSided(drift: Drift): boolean {
  return drift.differences.some(({ layer }) => layer === 'presence')
}

function presenceSeverity(drift: Drift): Severity {
  return worst(drift.differences.filter(({ layer }) => layer === 'presence').map(({ severity }) => severity))
}

function groupOneSided(drifts: readonly Drift[]): OneSidedOutline[] {
  const groups = new Map<string, { drift: Drift | null; cause: Cause | null; children: Drift[] }>()
  const own = new Map(drifts.filter(({ cause }) => cause === null).map((drift) => [refKey(drift.ref), drift]))
  for (const [key, drift] of own) groups.set(key, { drift, cause: null, children: [] })
  for (const drift of drifts) {
    if (drift.cause === null) continue
    const { ref, code } = drift.cause
    const key = ref === null ? `${code} ${JSON.stringify(drift.presence)}` : refKey(ref)
    const group = groups.get(key) ?? { drift: null, cause: drift.cause, children: [] }
    group.children.push(drift)
    groups.set(key, group)
  }
  return [...groups.values()]
    .map((group) => ({
      ...group,
      severity: worst([...(group.drift ? [group.drift] : []), ...group.children].map(presenceSeverity)),
    }))
    .toSorted((a, b) => rank(a.severity) - rank(b.severity) || b.children.length - a.children.length)
}

function repeatKey({ ref, presence }: Drift, { layer, path, changes, values, unknown }: Difference): string {
  return JSON.stringify([ref.kind, presence, layer, path, changes, values, unknown])
}

function findRepeated(drifts: readonly Drift[]): (RepeatedOutline & { key: string })[] {
  const groups = new Map<
    string,
    { kind: string; difference: Difference; presence: Drift['presence']; refs: ResourceRef[] }
  >()
  for (const drift of drifts) {
    const { ref, presence } = drift
    for (const difference of drift.differences) {
      if (difference.layer === 'presence' || difference.within !== null || isDerived(difference)) continue
      const key = repeatKey(drift, difference)
      const group = groups.get(key) ?? { kind: ref.kind, difference, presence, refs: [] }
      group.refs.push(ref)
      groups.set(key, group)
    }
  }
  return [...groups]
    .filter(([, { refs }]) => refs.length >= REPEATED_FROM)
    .map(([key, group]) => ({ key, ...group }))
    .toSorted((a, b) => rank(a.difference.severity) - rank(b.difference.severity) || b.refs.length - a.refs.length)
}

function outlineObject(drift: Drift, told: ReadonlySet<string>): ObjectOutline {
  const rest = drift.differences.filter(
    (difference) =>
      difference.layer !== 'presence' &&
      !isDerived(difference) &&
      !told.has(`${refKey(drift.ref)} ${repeatKey(drift, difference)}`),
  )
  const blocks = blocksOf(rest)
  // What follows from a finding is told by it: the finding names object and field.
  const derived = blocksOf(drift.differences.filter(followsDifference))
  return { drift, blocks, derived, severity: worst(blocks.map(({ severity }) => severity)) }
}

/** Whether it is told already by what it follows from. */
function isDerived({ derivedFrom }: Difference): boolean {
  return derivedFrom.length > 0
}

/** Whether it follows from other differences. What follows from a finding is a difference of its own object all the same. */
export function followsDifference(difference: Difference): boolean {
  return isDerived(difference) && (difference.layer === 'values' || difference.layer === 'substitutions')
}

/** Leaves under the same one-sided container become one block; order of first appearance. */
function blocksOf(differences: readonly Difference[]): Block[] {
  const blocks = new Map<string, Difference[]>()
  for (const difference of differences) {
    const key =
      difference.within === null
        ? `leaf ${difference.layer} ${difference.path}`
        : `${difference.layer} ${difference.within} ${JSON.stringify(difference.changes)}`
    blocks.set(key, [...(blocks.get(key) ?? []), difference])
  }
  return [...blocks.values()].map((group) => ({
    path: group.length === 1 ? group[0]!.path : group[0]!.within!,
    differences: group,
    severity: worst(group.map(({ severity }) => severity)),
  }))
}

/** `Kustomization shop/frontend`: kind first, as people look for it. */
export function titleOf(ref: ResourceRef): string {
  return displayRef(ref)
}
