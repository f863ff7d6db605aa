import { API_VERSION } from './schemas/common.ts'
import { toldDrift, toldView } from '../service/ledger/told-drift.ts'
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
  return { apiVersion: API_VERSION, kind: 'Drift', ...toldDrift(record) }
}

export function driftViewDocument({ timeline, ...record }: DriftView): object {
  return { apiVersion: API_VERSION, kind: 'Drift', ...toldView(record, timeline) }
}

/** `value` as a document of its kind. */
export function documentOf<T extends object>(kind: string, value: T): Document & T {
  return { apiVersion: API_VERSION, kind, ...value }
}

export function listDocument<T>(kind: string, page: Page<T>, toDocument: (item: T) => object): object {
  return { apiVersion: API_VERSION, kind, items: page.items.map(toDocument), continue: page.next }
}
