import { API_VERSION } from './schemas/common.ts'
import type { LedgerEvent } from '../service/ledger/ledger.ts'
import type { DriftRecord } from '../service/ledger/ledger-store.ts'
import type { DriftView } from '../service/service.ts'
import type { RunRecord, SnapshotJobRecord, Page } from '../service/runs.ts'

type Document = { readonly apiVersion: string; readonly kind: string }

export function runDocument({ fence: _fence, ...run }: RunRecord): Document & Omit<RunRecord, 'fence'> {
  return { apiVersion: API_VERSION, kind: 'Run', ...run }
}

export function jobDocument({ fence: _fence, ...job }: SnapshotJobRecord): Document & Omit<SnapshotJobRecord, 'fence'> {
  return { apiVersion: API_VERSION, kind: 'SnapshotJob', ...job }
}

/** An entry of the ledger without what concerns only us. */
export function driftDocument(record: DriftRecord): object {
  const { valueDigests: _digests, streak: _streak, secret: _secret, ...entry } = record
  return { apiVersion: API_VERSION, kind: 'Drift', ...entry }
}

export function driftViewDocument({ timeline, ...record }: DriftView): object {
  return { ...driftDocument(record), timeline: timeline.map(eventDocument) }
}

function eventDocument(told: LedgerEvent): object {
  const { fingerprint: _same, ...event } = told
  return event
}

/** `value` as a document of its kind. */
export function documentOf<T extends object>(kind: string, value: T): Document & T {
  return { apiVersion: API_VERSION, kind, ...value }
}

export function listDocument<T>(kind: string, page: Page<T>, toDocument: (item: T) => object): object {
  return { apiVersion: API_VERSION, kind, items: page.items.map(toDocument), continue: page.next }
}
