import type { ClusterName } from '../../model/cluster.ts'
import type { Severity } from '../../model/comparison.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Page, PageRequest } from '../runs.ts'
import type { LedgerDefinition } from './definition.ts'
import type { DriftState, LedgerEntry, LedgerEvent, LedgerHead } from './ledger.ts'
import type { DriftNote } from './notes.ts'

/** What the ledger needs to know of a comparison that is stored. */
export type TrackedComparison = {
  readonly definition: LedgerDefinition
  /** RFC 3339, UTC. */
  readonly now: string
  /** Those that were compared; null: they are kept. */
  readonly snapshots: readonly Snapshot[] | null
}

export type KeptDefinition = LedgerDefinition & { readonly head: LedgerHead }

/** An entry with its id and what it belongs to. */
export type DriftRecord = LedgerEntry & {
  readonly id: string
  /** Whether it tells something of a secret, were it only that it is another one. */
  readonly secret: boolean
  readonly definition: {
    readonly id: string
    readonly name: string | null
    readonly baseline: ClusterName | null
    readonly targets: readonly ClusterName[]
  }
}

/** Null: all. */
export type DriftFilter = {
  /** Empty: all. */
  readonly states: readonly DriftState[]
  readonly severity: Severity | null
  /** Names of kinds as objects have them. */
  readonly kinds: readonly string[] | null
  readonly namespace: string | null
  /** That disagrees, or that a finding is about. */
  readonly cluster: ClusterName | null
  /** Id or name. */
  readonly definition: string | null
}

/** What may be told. Null: everything. */
export type DriftScope = {
  /** By id; `secrets` false: nothing that tells of secret values. */
  readonly definitions: readonly { readonly id: string; readonly secrets: boolean }[] | null
  /** Objects of these alone, and no findings. */
  readonly namespaces: readonly string[] | null
}

export type DriftNews = LedgerEvent & {
  /** Events have them in the order in which they were recorded. */
  readonly sequence: number
  /** Id of the entry. */
  readonly drift: string
}

/** Small reads of the ledger. Each may throw `history-unavailable` or `history-corrupt`. */
export type LedgerReads = {
  /** Those last compared first. */
  readonly ledgerDefinitions: () => readonly KeptDefinition[]
  /** Newest first. Throws `input-invalid` for a cursor that is none of this list. */
  readonly driftPage: (filter: DriftFilter, scope: DriftScope, page: PageRequest) => Page<DriftRecord>
  /** By its whole id; null: there is none. */
  readonly driftRecord: (id: string) => DriftRecord | null
  /** The first two ids that begin so. */
  readonly driftIds: (beginning: string) => readonly string[]
  /** The newest events of an entry, oldest first. */
  readonly driftTimeline: (id: string) => readonly LedgerEvent[]
  /** What happened to a definition (by id) after an event (0: since the beginning), in its order, at most `limit`. */
  readonly driftNews: (definition: string, after: number, limit: number) => readonly DriftNews[]
}

export type LedgerWrites = {
  /** Null: there is no such entry (whole id). Throws as `noteEntry`. `now` is RFC 3339. */
  readonly noteDrift: (id: string, note: DriftNote, now: string) => DriftRecord | null
}
