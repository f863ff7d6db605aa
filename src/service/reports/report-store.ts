import type { ClusterName, Slug } from '../../model/cluster.ts'
import type { Severity, Verdict } from '../../model/comparison.ts'
import type { DriftReport } from '../../model/drift-report.ts'
import type { SecretCompare } from '../../model/mask.ts'
import type { DeliveryStep } from '../delivery-policy.ts'
import type { Decision } from '../notify-policy.ts'
import type { NotifyRoute } from '../notify-route.ts'
import type { SendReason } from '../notifier.ts'
import type { Page, PageRequest } from '../runs.ts'

/** Who owns which namespaces: exact names, or beginnings that end in `*`. The first that fits counts. */
export type NamespaceOwner = { readonly owner: string; readonly namespaces: readonly string[] }

/** What a report is made with besides the comparison and the ledger: as configured at that moment. Plain data. */
export type ReportContext = {
  /** Of the comparison definition. */
  readonly name: string
  readonly routes: readonly NotifyRoute[]
  readonly clusters: readonly {
    readonly name: ClusterName
    readonly slug: Slug
    readonly labels: Readonly<Record<string, string>>
  }[]
  /** Address of the service with its base path; null: none is configured. */
  readonly baseUrl: string | null
  readonly owners: readonly NamespaceOwner[]
  /** The level of secrets that the comparison was made with. */
  readonly secrets: SecretCompare
}

/** A stored report without its document. Times are RFC 3339, UTC. */
export type ReportRecord = {
  readonly id: string
  readonly name: string
  readonly at: string
  readonly comparison: string
  /** Id of the report before; null: it was the first. */
  readonly previous: string | null
  readonly baseline: ClusterName | null
  readonly targets: readonly ClusterName[]
  readonly verdict: Verdict
  /** Whether it says something that the one before did not. */
  readonly news: boolean
  /** Most severe of what is new, else of what is open; null: nothing is. */
  readonly severity: Severity | null
  readonly counts: {
    readonly fresh: number
    readonly worsened: number
    readonly reopened: number
    readonly resolved: number
    readonly ongoing: number
  }
  readonly secrets: SecretCompare
}

export const DELIVERY_STATES = ['pending', 'sent', 'dead', 'disabled'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** One message to one channel. Times are RFC 3339, UTC. */
export type DeliveryRecord = {
  /** See `messageId`: the same at every attempt. */
  readonly id: string
  readonly report: string
  /** Of the comparison definition. */
  readonly name: string
  readonly channel: string
  /** Tells the messages of one report to one route apart; empty where there is one. */
  readonly part: string
  readonly why: 'change' | 'always' | 'reminder'
  readonly state: DeliveryState
  readonly attempts: number
  readonly createdAt: string
  readonly firstTriedAt: string | null
  /** When it is tried next; null: never. */
  readonly nextAt: string | null
  readonly finishedAt: string | null
  /** Of the last attempt that failed. */
  readonly reason: SendReason | null
}

export type DueDelivery = DeliveryRecord & {
  /** What the message tells. */
  readonly document: DriftReport
  /** `reference` of the last message of this comparison that this channel took; null: none. */
  readonly thread: string | null
}

/** A channel that refuses for good. `configured`: a keyed digest of what it was then, so that a mended one is tried again. */
export type DisabledChannel = {
  readonly channel: string
  readonly since: string
  readonly reason: SendReason
  readonly configured: string
}

/** What waits for the end of quiet hours or of a group, by comparison and route. */
export type WaitingRoute = { readonly name: string; readonly route: string; readonly until: string }

/** What was decided for a route (see `keyedRoutes`). */
export type RouteDecision = { readonly route: string; readonly channel: string; readonly decision: Decision }

/** A report as it was stored with its messages. */
export type SavedReport = {
  readonly report: DriftReport
  readonly record: ReportRecord
  readonly routes: readonly RouteDecision[]
}

/** Null: all. `within`: all of whose clusters are among these. */
export type ReportFilter = {
  readonly name: string | null
  readonly within: readonly ClusterName[] | null
}

export type DeliveryFilter = {
  readonly state: DeliveryState | null
  readonly channel: string | null
  readonly report: string | null
  readonly name: string | null
}

/** Small reads. Pages are newest first. Each may throw `history-unavailable` or `history-corrupt`. */
export type ReportReads = {
  readonly reportPage: (filter: ReportFilter, page: PageRequest) => Page<ReportRecord>
  /** By its whole id. */
  readonly reportRecord: (id: string) => ReportRecord | null
  readonly reportDocument: (id: string) => DriftReport | null
  readonly deliveryPage: (filter: DeliveryFilter, page: PageRequest) => Page<DeliveryRecord>
  /**
   * Pending ones whose time has come, oldest first, at most `limit` of each channel; of channels that are disabled too. One is not due
   * while an older one of its channel still waits for its time: a channel gets its messages in their order. `now` is RFC 3339.
   */
  readonly dueDeliveries: (now: string, limit: number) => readonly DeliveryRecord[]
  /** With what it tells, by its id; null: it is not pending. */
  readonly pendingDelivery: (id: string) => DueDelivery | null
  /** When the next delivery is due in the sense of `dueDeliveries`, or a waiting route; null: nothing waits. */
  readonly nextDeliveryAt: () => string | null
  readonly waitingRoutes: (now: string) => readonly WaitingRoute[]
  readonly disabledChannels: () => readonly DisabledChannel[]
  readonly deliveryCounts: () => Readonly<Record<DeliveryState, number>>
}

/** What became of an attempt. `now` is RFC 3339. */
export type Settlement = {
  readonly step: DeliveryStep
  readonly now: string
  /** Of the channel, kept where the step disables it. */
  readonly configured: string
}

export type ReportWrites = {
  /** Counts the attempt. A step `disabled` also disables the channel. False: it was not pending any more. */
  readonly settleDelivery: (id: string, settlement: Settlement) => boolean
  /** Without an attempt: the channel is disabled, or not configured any more. */
  readonly shelveDelivery: (id: string, reason: SendReason, now: string) => boolean
  /** The channel takes messages again: what it refused since `from` (RFC 3339) is pending once more. Returns how many. */
  readonly enableChannel: (channel: string, from: string, now: string) => number
  /**
   * Messages of the routes of this comparison whose waiting is over, made as `decideMessages` says. What waits for a route that the
   * context does not have is forgotten. Returns how many.
   */
  readonly releaseWaiting: (context: ReportContext, now: string) => number
}
