import { refKey } from '../model/resource-ref.ts'
import type { EventCount } from '../model/snapshot.ts'
import { formatPath } from './path.ts'
import type { Unit } from './pairing.ts'
import { refOn } from './pairing.ts'
import type { LeafSlot } from './leaves.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'

/** Warnings of an object on one side; null where events were not read. */
export type EventIndex = (side: Side, unit: Unit) => readonly EventCount[] | null

/** Only warnings say something: normal events of a steady state come and go. */
export function indexEvents(sides: readonly Side[]): EventIndex {
  const bySide = sides.map(({ snapshot }) =>
    snapshot.events === null
      ? null
      : Map.groupBy(
          snapshot.events.filter((event) => event.type === 'Warning'),
          (event) => refKey(event.ref),
        ),
  )
  return (side, unit) => {
    const events = bySide[side.index] ?? null
    return events === null ? null : (events.get(refKey(refOn(unit, side))) ?? [])
  }
}

/** Warnings (by type and reason, whatever their count) that some clusters have of an object and others do not. */
export function measureEvents(run: Run, unit: Unit, sides: readonly Side[]): LeafSlot[] {
  const { events } = run
  if (events === null) return []
  const read = sides.filter((side) => events(side, unit) !== null)
  const [against, ...others] = read
  if (against === undefined || others.length === 0) return []
  const reasons = new Set(read.flatMap((side) => (events(side, unit) ?? []).map((event) => event.reason)))
  return [...reasons].flatMap((reason) => {
    const counts = new Map(read.map((side) => [side, countOf(events(side, unit) ?? [], reason)]))
    const here = counts.get(against) !== 0
    const changed = others.filter((side) => (counts.get(side) !== 0) !== here)
    return changed.length === 0 ? [] : [eventSlot({ reason, counts, changed, here })]
  })
}

function countOf(events: readonly EventCount[], reason: string): number {
  return events.reduce((sum, event) => (event.reason === reason ? sum + event.count : sum), 0)
}

type Found = {
  readonly reason: string
  readonly counts: ReadonlyMap<Side, number>
  readonly changed: readonly Side[]
  readonly here: boolean
}

function eventSlot({ reason, counts, changed, here }: Found): LeafSlot {
  const steps = [{ key: 'Warning' }, { key: reason }]
  const having = [...counts].filter(([, count]) => count > 0)
  return {
    layer: 'events',
    path: formatPath(steps),
    steps,
    within: null,
    moved: false,
    changes: new Map(changed.map((side) => [side, here ? 'removed' : 'added'])),
    at: new Map(having.map(([side, count]) => [side, { value: count, pointer: null }])),
  }
}
