import { SEVERITIES, type PerCluster, type Severity } from '../../model/comparison.ts'
import type { DriftEventKind, LedgerChange, LedgerEntry, LedgerEvent, LedgerItem, SeenIn } from './ledger.ts'
import type { ObjectFacts } from './object-facts.ts'
import type { SeenItem } from './seen-items.ts'

/** The comparison in which something is seen. */
export type Sighting = {
  readonly now: string
  readonly comparison: string
  readonly snapshots: PerCluster<string>
  readonly before: PerCluster<string> | null
  /** The very snapshots of the comparison before: seeing a thing in them again is no further proof of it. */
  readonly isRepeat: boolean
  readonly damping: number
  readonly facts: ObjectFacts
}

/** What became of one entry. `entry` null: it is forgotten. */
export type Step = {
  readonly entry: LedgerEntry | null
  readonly change: LedgerChange | null
  readonly events: readonly LedgerEvent[]
}

/** A rollout that takes longer than this is not one that others should wait for: drift must not hide behind it. */
const ROLLOUT_MS = 3_600_000
/** What went and is back within this time, not for the first time, is flapping. */
const FLAPPING_MS = 24 * 3_600_000
/** How long what is flapping must stay before it counts again: else each turn of it would be news twice. */
const STEADY_MS = 6 * 3_600_000

/** What it means that a comparison shows a difference or finding, for the entry that there is of it. */
export function seeEntry(prior: LedgerEntry | undefined, seen: SeenItem, sighting: Sighting): Step {
  if (prior === undefined || prior.state === 'resolved')
    return settleOrOpen(begin(prior, seen, sighting), seen, sighting)
  const again = refresh(prior, seen, sighting)
  if (prior.state === 'open') return stayOpen(prior, again, { seen, sighting })
  return sighting.isRepeat ? settling(again) : settleOrOpen(again, seen, sighting)
}

function begin(prior: LedgerEntry | undefined, seen: SeenItem, sighting: Sighting): LedgerEntry {
  const { now, comparison, snapshots, before } = sighting
  const since: SeenIn = { at: now, comparison, snapshots, before, revisions: revisionsOf(seen, sighting) }
  const { fingerprint, severity, item, valueDigests } = seen
  const past = prior ?? { ...NO_PAST, firstSeen: now }
  return {
    ...past,
    fingerprint,
    state: 'settling',
    severity,
    item,
    valueDigests,
    lastSeen: now,
    sightings: past.sightings + 1,
    streak: 1,
    since,
    frozenSince: null,
  }
}

const NO_PAST = {
  resolvedAt: null,
  resolution: null,
  appearances: 0,
  sightings: 0,
  acknowledged: null,
  muted: null,
} as const

function refresh(prior: LedgerEntry, seen: SeenItem, { now, isRepeat }: Sighting): LedgerEntry {
  const further = isRepeat ? 0 : 1
  return {
    ...prior,
    severity: seen.severity,
    item: mergeItems(prior.item, seen.item),
    valueDigests: { ...prior.valueDigests, ...seen.valueDigests },
    lastSeen: now,
    sightings: prior.sightings + further,
    streak: prior.streak + further,
    frozenSince: null,
  }
}

/** On a cluster that cannot be read now, what was last known of it stays. */
function mergeItems(prior: LedgerItem, seen: LedgerItem): LedgerItem {
  const unknown = Object.keys(seen.unknown)
  if (unknown.length === 0) return seen
  const kept = (names: readonly string[]): string[] => names.filter((name) => unknown.includes(name))
  const changes = Object.fromEntries(kept(Object.keys(prior.changes)).map((name) => [name, prior.changes[name]!]))
  return {
    ...seen,
    clusters: [...new Set([...seen.clusters, ...kept(prior.clusters)])],
    among: [...new Set([...seen.among, ...kept(prior.among)])],
    changes: { ...changes, ...seen.changes },
  }
}

function settleOrOpen(entry: LedgerEntry, seen: SeenItem, sighting: Sighting): Step {
  const isSettled = entry.streak >= sighting.damping && !isFlapping(entry, sighting)
  if (!isSettled || isRollingOut(entry, seen, sighting)) return settling(entry)
  const isFirst = entry.appearances === 0
  const { severity, since } = entry
  const { comparison, snapshots, revisions } = since
  const opened: LedgerEntry = {
    ...entry,
    state: 'open',
    appearances: entry.appearances + 1,
    resolution: null,
    // What comes back was not what was acknowledged.
    acknowledged: isFirst ? entry.acknowledged : null,
  }
  const event = { kind: isFirst ? 'appeared' : 'reopened', severity, comparison, snapshots, revisions } as const
  return {
    entry: opened,
    change: { fingerprint: entry.fingerprint, kind: isFirst ? 'new' : 'reopened', previousSeverity: null },
    events: [eventOf(entry.fingerprint, event, sighting)],
  }
}

function isFlapping({ appearances, resolvedAt, since }: LedgerEntry, { now }: Sighting): boolean {
  if (appearances < 2 || resolvedAt === null || Date.parse(now) - Date.parse(since.at) >= STEADY_MS) return false
  return Date.parse(since.at) - Date.parse(resolvedAt) < FLAPPING_MS
}

function isRollingOut({ since }: LedgerEntry, { drift }: SeenItem, { now, facts }: Sighting): boolean {
  return drift !== null && Date.parse(now) - Date.parse(since.at) < ROLLOUT_MS && facts.isRollingOut(drift)
}

function settling(entry: LedgerEntry): Step {
  const { fingerprint } = entry
  return { entry, change: { fingerprint, kind: 'settling', previousSeverity: null }, events: [] }
}

type Seen = { readonly seen: SeenItem; readonly sighting: Sighting }

function stayOpen(prior: LedgerEntry, again: LedgerEntry, { seen, sighting }: Seen): Step {
  const { fingerprint } = prior
  const hasWorsened = rank(seen.severity) < rank(prior.severity)
  const hasChanged = isOtherValue(prior.valueDigests, seen.valueDigests)
  if (!hasWorsened && !hasChanged) {
    return { entry: again, change: { fingerprint, kind: 'ongoing', previousSeverity: null }, events: [] }
  }
  const { comparison, snapshots } = sighting
  const facts = { severity: seen.severity, comparison, snapshots, revisions: revisionsOf(seen, sighting) }
  const previousSeverity = hasWorsened ? prior.severity : null
  const kinds: readonly DriftEventKind[] = [
    ...(hasChanged ? (['changed'] as const) : []),
    ...(hasWorsened ? (['worsened'] as const) : []),
  ]
  return {
    // Somebody took it as it was: what is worse has to be looked at again.
    entry: hasWorsened ? { ...again, acknowledged: null } : again,
    change: { fingerprint, kind: hasWorsened ? 'worsened' : 'changed', previousSeverity },
    events: kinds.map((kind) => {
      const before = kind === 'worsened' ? previousSeverity : null
      return { ...eventOf(fingerprint, { kind, ...facts }, sighting), previousSeverity: before }
    }),
  }
}

/** Only clusters that are known both times count: one that could not be read has not changed. */
function isOtherValue(before: PerCluster<string>, now: PerCluster<string>): boolean {
  return Object.keys(now).some((cluster) => Object.hasOwn(before, cluster) && before[cluster] !== now[cluster])
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

function revisionsOf({ drift }: SeenItem, { facts }: Sighting): PerCluster<string> {
  return drift === null ? {} : facts.revisions(drift)
}

type EventFacts = Pick<LedgerEvent, 'kind' | 'severity' | 'comparison' | 'snapshots' | 'revisions'>

function eventOf(fingerprint: string, facts: EventFacts, { now }: Sighting): LedgerEvent {
  return {
    fingerprint,
    at: now,
    previousSeverity: null,
    resolution: null,
    by: null,
    reason: null,
    owner: null,
    until: null,
    ...facts,
  }
}
