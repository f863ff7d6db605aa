import type { ChannelKind, MessageForm } from '../../model/channel.ts'
import type { DriftReport } from '../../model/drift-report.ts'
import type { Access } from '../access.ts'
import type { Async } from '../async.ts'
import type { SendReason } from '../notifier.ts'
import type { Page, PageRequest } from '../runs.ts'
import type { DeliveryFilter, DeliveryRecord, ReportContext, ReportRecord, ReportWrites } from './report-store.ts'

/** A channel as the verbs know it: neither where it leads nor where its secrets are. */
export type ConfiguredChannel = { readonly name: string; readonly form: MessageForm }

export type ChannelView = {
  readonly name: string
  readonly kind: ChannelKind
  /** `disabled`: it refused for good, and gets no message until it is configured in another way or enabled. */
  readonly state: 'enabled' | 'disabled'
  /** RFC 3339, UTC; null: it is enabled. */
  readonly since: string | null
  readonly reason: SendReason | null
}

/** One message that a report calls for, as its routes are configured now. */
export type ReportMessage = {
  /** As it would carry it. */
  readonly id: string
  readonly channel: string
  readonly form: MessageForm
  /** See `MessagePart`. */
  readonly part: string
  /** Whether it says something new; without it only `when: always` sends it. */
  readonly news: boolean
  readonly report: DriftReport
}

/** What the verbs about reports need of the process around them. */
export type ReportingPorts = {
  /** As configured now. */
  readonly channels: () => readonly ConfiguredChannel[]
  /** As configured now; null: there is no comparison definition of that name. */
  readonly context: (name: string) => ReportContext | null
  readonly enableChannel: Async<Pick<ReportWrites, 'enableChannel'>>['enableChannel']
  /** Something may be due to be sent. Must not throw. */
  readonly wake: () => void
}

/**
 * Reports and what became of them. A report is known to who sees all its clusters and all namespaces, while the clusters allow what it
 * tells of secrets. Reject with `not-found` for what does not exist or must not be known.
 */
export type ReportVerbs = {
  /** Newest first. `name`: of the comparison definition. */
  readonly listReports: (
    access: Access,
    filter: { readonly name: string | null },
    page: PageRequest,
  ) => Promise<Page<ReportRecord>>
  readonly report: (access: Access, id: string) => Promise<DriftReport>
  /** In the order of the routes. */
  readonly reportMessages: (access: Access, id: string) => Promise<readonly ReportMessage[]>
  /** Newest first. */
  readonly listDeliveries: (access: Access, filter: DeliveryFilter, page: PageRequest) => Promise<Page<DeliveryRecord>>
  /** By name; to who is limited to clusters or namespaces, none. */
  readonly listChannels: (access: Access) => Promise<readonly ChannelView[]>
  /** Messages that it refused within the last day are pending again. `admin`. */
  readonly enableChannel: (access: Access, name: string) => Promise<ChannelView>
}
