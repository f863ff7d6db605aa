import { SEVERITIES } from '../../model/comparison.ts'
import type { LedgerEntry, LedgerEvent } from './ledger.ts'
import { isMuted, noteEntry, type DriftNote } from './notes.ts'
import { itemKeyOf } from './ledger-item.ts'
import type { LedgerUpdate } from './update-ledger.ts'

/**
 * The update with what people said of the same drift under another definition of the same name, which a cluster more or less makes: by whom
 * and when stays as it was. `others`: the entries there. What is worse than what was acknowledged has to be looked at again.
 */
export function withCarriedNotes(update: LedgerUpdate, others: readonly LedgerEntry[], now: string): LedgerUpdate {
  const noted = others.filter((entry) => entry.acknowledged !== null || isMuted(entry, now))
  if (noted.length === 0) return update
  const known = new Map(noted.map((entry) => [itemKeyOf(entry.item), entry]))
  const events: LedgerEvent[] = []
  const entries = update.entries.map((entry) => {
    const other = known.get(itemKeyOf(entry.item))
    const notes = other === undefined ? [] : notesFor(entry, other, now)
    return notes.reduce((noting, { note, at }) => {
      const step = noteEntry(noting, note, at)
      if (step.event !== null) events.push(step.event)
      return step.entry
    }, entry)
  })
  return { ...update, entries, events: [...update.events, ...events] }
}

function notesFor(entry: LedgerEntry, other: LedgerEntry, now: string): { note: DriftNote; at: string }[] {
  const { acknowledged, muted } = other
  const isKnown = entry.state !== 'resolved' && entry.acknowledged === null && other.state !== 'resolved'
  const isWorse = SEVERITIES.indexOf(entry.severity) < SEVERITIES.indexOf(other.severity)
  return [
    ...(acknowledged !== null && isKnown && !isWorse
      ? [{ note: { do: 'acknowledge' as const, ...acknowledged }, at: acknowledged.at }]
      : []),
    ...(muted !== null && isMuted(other, now) && !isMuted(entry, now)
      ? [{ note: { do: 'mute' as const, ...muted }, at: muted.at }]
      : []),
  ]
}
