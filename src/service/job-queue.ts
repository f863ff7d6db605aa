import type { JsonObject } from '../model/json.ts'

/** A queue of its own: `snapshot.<pool>` (collectors), `record` and `compare` (the process that owns the database). */
export type Lane = string

/** `^[A-Za-z0-9_-]{1,120}$`: legal everywhere, also where context names are not (BullMQ refuses colons). */
export type QueueJobId = string

/** Data of a job: ids and digests only. What a cluster said never stands here, masked or not. */
export type JobData = JsonObject

export type NewQueueJob = {
  /** A second job of the same id is dropped while the first one is known to the queue, finished ones included. */
  readonly id: QueueJobId
  readonly data: JobData
  /** While a job with the same key waits or runs in the lane, this one is dropped. */
  readonly dedupe: string | null
  /** How often the handler may be tried in all; a job whose worker died is tried again besides that. */
  readonly attempts: number
  /** Milliseconds before the first retry; doubled for each further one, with jitter. */
  readonly backoffMs: number
}

export type RunningJob = {
  readonly id: QueueJobId
  readonly data: JobData
  /** 1 for the first try. */
  readonly attempt: number
  /** Aborted when the consumer is closed and its grace is over, or when the queue found that another worker took the job. */
  readonly signal: AbortSignal
  /** The newest counts: those before it may be left out. */
  readonly progress: (progress: JsonObject) => void
}

/**
 * `unknown`: the queue does not have it (never got it, lost it, or it was cleaned up). `done` and `failed` are kept for at least an hour.
 */
export type QueueJobState = 'waiting' | 'active' | 'done' | 'failed' | 'unknown'

export type QueueEvent =
  | { readonly type: 'active' | 'done'; readonly lane: Lane; readonly id: QueueJobId }
  | { readonly type: 'progress'; readonly lane: Lane; readonly id: QueueJobId; readonly progress: JsonObject }
  /** All tries are used up. `code` is that of the AppError, `internal` for a foreign one; its text is not told. */
  | { readonly type: 'failed'; readonly lane: Lane; readonly id: QueueJobId; readonly code: string }

export type Consumer = {
  /** Takes no new job; waits for the running ones for `graceMs`, then aborts their signals. */
  readonly close: (graceMs: number) => Promise<void>
}

/** Bytes on their way from a collector to the recorder, held outside of the job data and gone once taken over. */
export type Handover = {
  /** Replaces what is there under the id. Rejects with `queue-unavailable`, or `snapshot-too-large` above the queue's limit. */
  readonly put: (id: QueueJobId, parts: readonly Uint8Array[]) => Promise<void>
  /** Null where it is gone (lost, expired, dropped): the snapshot must then be taken again. */
  readonly take: (id: QueueJobId) => Promise<readonly Uint8Array[] | null>
  readonly drop: (id: QueueJobId) => Promise<void>
}

/** A moment that comes again and again, at which somebody looks at what is due. `name`: `^[A-Za-z0-9._-]{1,120}$`. */
export type WakeUp = {
  readonly name: string
  /** Five fields, or six with seconds. */
  readonly cron: string
  /** IANA name. */
  readonly timeZone: string
}

/**
 * At least once, in no promised order. It is not the record of what must run: that is the database, and whatever the queue loses is
 * enqueued again from there. Every call but `close` settles within two seconds (a handover: two for each part), with `queue-unavailable`
 * where the queue does not answer; `consume` and `watch` begin when it does, and go on by themselves after it was away.
 * One contract suite (test/contracts) holds each implementation to this.
 */
export type JobQueue = {
  readonly enqueue: (lane: Lane, job: NewQueueJob) => Promise<void>
  readonly consume: (lane: Lane, concurrency: number, handle: (job: RunningJob) => Promise<void>) => Promise<Consumer>
  readonly state: (lane: Lane, id: QueueJobId) => Promise<QueueJobState>
  /** Jobs that wait. */
  readonly depth: (lane: Lane) => Promise<number>
  /** Hears of the jobs of a lane, whoever runs them; may miss some while the queue is away. Returns how to stop. */
  readonly watch: (lane: Lane, listener: (event: QueueEvent) => void) => () => Promise<void>
  readonly handover: Handover
  /**
   * From now on these wake-ups and no others: each gives the lane `wake` a job with its name, when it is time. Some may be lost, and
   * those of a time without a consumer come as one.
   */
  readonly keepWakeUps: (wakeUps: readonly WakeUp[]) => Promise<void>
  /** Whether the queue answers now. */
  readonly isReady: () => Promise<boolean>
  readonly close: () => Promise<void>
}
