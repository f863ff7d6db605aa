import type { DriftNews, DriftRecord } from './ledger-store.ts'
import { isMuted } from './notes.ts'

/** The last report of a name: what happened up to its event is told, or was held back by a mute. */
export type LastReport = {
  /** RFC 3339, UTC. */
  readonly at: string
  /** Sequence of the last event that it knew. */
  readonly toldUntil: number
}

/**
 * Of entries that were muted when the last report was made and are so no more. `records`: those not resolved; `news`: what happened since.
 */
export function endedMutes(
  records: readonly DriftRecord[],
  news: readonly DriftNews[],
  last: LastReport,
  now: string,
): readonly DriftRecord[] {
  const unmuted = new Set(news.filter(({ kind }) => kind === 'unmuted').map(({ drift }) => drift))
  const hasEnded = (record: DriftRecord): boolean =>
    unmuted.has(record.id) || (isMuted(record, last.at) && !isMuted(record, now))
  return records.filter((record) => record.state === 'open' && hasEnded(record))
}

/**
 * What happened to an entry while it was muted, up to the last report, which told nobody of it. Empty where it was not muted then.
 * `timeline`: its events up to then, in their order.
 */
export function heldBack(timeline: readonly DriftNews[], last: LastReport): readonly DriftNews[] {
  const muted = timeline.reduce<Silence | null>(goOn, null)
  if (muted === null || Date.parse(muted.until) <= Date.parse(last.at)) return []
  return timeline.filter(({ sequence }) => sequence > muted.from)
}

/** From which event on, and until when nobody is told. */
type Silence = { readonly from: number; readonly until: string }

function goOn(before: Silence | null, { kind, at, until, sequence }: DriftNews): Silence | null {
  if (kind === 'unmuted') return null
  if (kind !== 'muted' || until === null) return before
  const isLonger = before !== null && Date.parse(before.until) > Date.parse(at)
  return { from: isLonger ? before.from : sequence, until }
}
