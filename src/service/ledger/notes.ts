import { AppError } from '../../model/errors.ts'
import type { LedgerEntry, LedgerEvent } from './ledger.ts'

/** What a person says of an entry. `by`: who; `until`: RFC 3339. */
export type DriftNote =
  | { readonly do: 'acknowledge'; readonly by: string; readonly reason: string; readonly owner: string | null }
  | { readonly do: 'unacknowledge'; readonly by: string }
  | { readonly do: 'mute'; readonly by: string; readonly until: string; readonly reason: string | null }
  | { readonly do: 'unmute'; readonly by: string }

export type Noted = { readonly entry: LedgerEntry; readonly event: LedgerEvent | null }

/**
 * The entry with the note. Taking back what is not there changes nothing (`event` null). Throws `input-invalid` for a mute that is over
 * already, an empty reason, or an entry that is resolved.
 */
export function noteEntry(entry: LedgerEntry, note: DriftNote, now: string): Noted {
  const { by } = note
  switch (note.do) {
    case 'acknowledge': {
      const { reason, owner } = note
      requireOpen(entry)
      if (reason.trim() === '')
        throw new AppError('input-invalid', 'the reason is empty', { hint: 'Say why it is known.' })
      const event = eventOf(entry, now, { kind: 'acknowledged', by, reason, owner })
      return { entry: { ...entry, acknowledged: { by, at: now, reason, owner } }, event }
    }
    case 'unacknowledge': {
      if (entry.acknowledged === null) return { entry, event: null }
      return { entry: { ...entry, acknowledged: null }, event: eventOf(entry, now, { kind: 'unacknowledged', by }) }
    }
    case 'mute': {
      const { until, reason } = note
      requireLater(until, now)
      const event = eventOf(entry, now, { kind: 'muted', by, reason, until })
      return { entry: { ...entry, muted: { by, at: now, until, reason } }, event }
    }
    case 'unmute': {
      if (entry.muted === null) return { entry, event: null }
      return { entry: { ...entry, muted: null }, event: eventOf(entry, now, { kind: 'unmuted', by }) }
    }
  }
}

/** Whether it does not count at a time because somebody muted it. */
export function isMuted({ muted }: Pick<LedgerEntry, 'muted'>, now: string): boolean {
  return muted !== null && Date.parse(muted.until) > Date.parse(now)
}

function requireOpen({ state }: LedgerEntry): void {
  if (state !== 'resolved') return
  throw new AppError('input-invalid', 'the drift is resolved, so there is nothing to acknowledge', {
    hint: 'Should it come back, it is to be looked at again. To stay silent then too, mute it.',
  })
}

function requireLater(until: string, now: string): void {
  if (Date.parse(until) > Date.parse(now)) return
  throw new AppError('input-invalid', `${until} is not after now`, { hint: 'Give a time to come, in RFC 3339.' })
}

type Said = Pick<LedgerEvent, 'kind' | 'by'> & Partial<Pick<LedgerEvent, 'reason' | 'owner' | 'until'>>

function eventOf({ fingerprint, severity }: LedgerEntry, at: string, said: Said): LedgerEvent {
  return {
    fingerprint,
    at,
    severity,
    previousSeverity: null,
    comparison: null,
    snapshots: {},
    revisions: {},
    resolution: null,
    reason: null,
    owner: null,
    until: null,
    ...said,
  }
}
