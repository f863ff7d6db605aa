import type { DriftRecord } from './ledger-store.ts'
import type { LedgerEvent } from './ledger.ts'

/** An entry as it is told: without what only the ledger needs. */
export type ToldDrift = Omit<DriftRecord, 'valueDigests' | 'streak' | 'secret'>
export type ToldEvent = Omit<LedgerEvent, 'fingerprint'>
export type ToldDriftView = ToldDrift & { readonly timeline: readonly ToldEvent[] }

export function toldDrift(record: DriftRecord): ToldDrift {
  const { valueDigests: _digests, streak: _streak, secret: _secret, ...told } = record
  return told
}

export function toldView(record: DriftRecord, timeline: readonly LedgerEvent[]): ToldDriftView {
  return { ...toldDrift(record), timeline: timeline.map(toldEvent) }
}

function toldEvent(event: LedgerEvent): ToldEvent {
  const { fingerprint: _same, ...told } = event
  return told
}
