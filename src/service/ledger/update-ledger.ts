import type { Comparison, PerCluster } from '../../model/comparison.ts'
import { compareText } from '../../model/resource-ref.ts'
import { createAbsenceTest, type AbsenceTest } from './known.ts'
import { isAboutReading } from './ledger-item.ts'
import type { Ledger, LedgerChange, LedgerEntry, LedgerEvent, LedgerHead, Resolution } from './ledger.ts'
import type { ObjectFacts } from './object-facts.ts'
import { seeEntry, type Sighting, type Step } from './see-entry.ts'
import { seenItemsOf } from './seen-items.ts'
import { judgedItems } from './unjudged.ts'

export type LedgerTask = {
  /** RFC 3339, UTC. */
  readonly now: string
  /** Digest of the rules of the definition. */
  readonly rules: string
  readonly damping: number
  readonly facts: ObjectFacts
}

export type LedgerUpdate = {
  readonly head: LedgerHead
  /** All that are kept, sorted by fingerprint. */
  readonly entries: readonly LedgerEntry[]
  /** Fingerprints of those that went before they ever counted. */
  readonly dropped: readonly string[]
  /** One for each entry that the comparison says something of, sorted by fingerprint. */
  readonly changes: readonly LedgerChange[]
  readonly events: readonly LedgerEvent[]
}

/**
 * What a comparison means for the ledger of its definition. Null: it is of older snapshots than the last one, and changes nothing. The same
 * snapshots a second time change nothing but when things were last seen; the order of entries, drifts and findings has no meaning.
 */
export function updateLedger(ledger: Ledger, comparison: Comparison, task: LedgerTask): LedgerUpdate | null {
  const { head } = ledger
  if (head !== null && isOlder(comparison, head)) return null
  const next = headOf(comparison, task)
  const sighting: Sighting = {
    ...task,
    comparison: comparison.id,
    snapshots: next.snapshots,
    before: head === null ? null : head.snapshots,
    isRepeat: head !== null && isSame(head.snapshots, next.snapshots),
  }
  const known = new Map(ledger.entries.map((entry) => [entry.fingerprint, entry]))
  const { items, explained, isBlind, withheld } = judgedItems(seenItemsOf(comparison), comparison, ledger.entries)
  const seen = [...items.values()].map((item) => seeEntry(known.get(item.fingerprint), item, sighting))
  const missing: Missing = {
    sighting,
    explained,
    absenceOf: createAbsenceTest(comparison),
    isBlind,
    withheld,
    rulesChanged: head !== null && head.rules !== task.rules,
  }
  const others = ledger.entries
    .filter(({ fingerprint }) => !items.has(fingerprint))
    .map((entry) => missEntry(entry, missing))
  const update = collect(next, [...seen, ...others])
  const kept = new Set(update.entries.map(({ fingerprint }) => fingerprint))
  return { ...update, dropped: [...known.keys()].filter((fingerprint) => !kept.has(fingerprint)).sort(compareText) }
}

function headOf({ id, clusters }: Comparison, { now, rules }: LedgerTask): LedgerHead {
  return {
    at: now,
    comparison: id,
    snapshots: Object.fromEntries(clusters.map(({ name, snapshot }) => [name, snapshot])),
    takenAt: Object.fromEntries(clusters.map(({ name, takenAt }) => [name, takenAt])),
    rules,
  }
}

/** Kept snapshots can be compared at any time: what was true then is no news now. */
function isOlder({ clusters }: Comparison, { takenAt }: LedgerHead): boolean {
  return clusters.some(
    (cluster) =>
      Object.hasOwn(takenAt, cluster.name) && Date.parse(cluster.takenAt) < Date.parse(takenAt[cluster.name]!),
  )
}

function isSame(a: PerCluster<string>, b: PerCluster<string>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}

type Missing = {
  readonly sighting: Sighting
  readonly explained: ReadonlySet<string>
  readonly absenceOf: AbsenceTest
  /** The baseline could not be read. */
  readonly isBlind: boolean
  /** See `judgedItems`. */
  readonly withheld: ReadonlySet<string>
  readonly rulesChanged: boolean
}

function missEntry(entry: LedgerEntry, missing: Missing): Step {
  if (entry.state === 'resolved') return { entry, change: null, events: [] }
  const { fingerprint } = entry
  const { now, snapshots, comparison } = missing.sighting
  const resolution = resolutionOf(entry, missing)
  if (resolution === null) {
    const change = { fingerprint, kind: 'frozen', previousSeverity: null } as const
    return { entry: { ...entry, frozenSince: entry.frozenSince ?? now }, change, events: [] }
  }
  const gone = { ...entry, state: 'resolved', streak: 0, frozenSince: null } as const
  // It never counted, so it is not resolved either.
  if (entry.state === 'settling') {
    return { entry: entry.appearances === 0 ? null : gone, change: null, events: [] }
  }
  const event: LedgerEvent = {
    ...NOBODY,
    fingerprint,
    kind: 'resolved',
    at: now,
    severity: entry.severity,
    previousSeverity: null,
    comparison,
    snapshots,
    revisions: {},
    resolution,
  }
  return {
    entry: { ...gone, resolvedAt: now, resolution },
    change: { fingerprint, kind: 'resolved', previousSeverity: null },
    events: [event],
  }
}

const NOBODY = { by: null, reason: null, owner: null, until: null } as const

/** Null: nobody can say. */
function resolutionOf(entry: LedgerEntry, missing: Missing): Resolution | null {
  const { explained, absenceOf, isBlind, withheld, rulesChanged } = missing
  if (withheld.has(entry.fingerprint)) return null
  if (isBlind && !isAboutReading(entry.item)) return null
  if (explained.has(entry.fingerprint)) return 'explained'
  const absence = absenceOf(entry)
  if (absence === 'unknown') return null
  if (absence === 'not-compared') return 'not-compared'
  return rulesChanged ? 'rules-changed' : 'gone'
}

function collect(head: LedgerHead, steps: readonly Step[]): Omit<LedgerUpdate, 'dropped'> {
  const entries = steps.flatMap(({ entry }) => entry ?? [])
  return {
    head,
    entries: entries.sort((a, b) => compareText(a.fingerprint, b.fingerprint)),
    changes: steps.flatMap(({ change }) => change ?? []).sort((a, b) => compareText(a.fingerprint, b.fingerprint)),
    events: steps.flatMap(({ events }) => events).sort((a, b) => compareText(a.fingerprint, b.fingerprint)),
  }
}
