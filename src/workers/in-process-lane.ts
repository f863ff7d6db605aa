import PQueue from 'p-queue'
import { asAppError } from '../model/errors.ts'
import type { Consumer, Lane, NewQueueJob, QueueEvent, QueueJobState, RunningJob } from '../service/job-queue.ts'
import { retryDelay } from './retry-delay.ts'
import { settlesWithin } from './settle-within.ts'

/** How long a job whose signal was aborted may take to stop before its consumer is closed without it. */
export const ABORT_MS = 2_000

type Handle = (job: RunningJob) => Promise<void>

type Entry = {
  readonly job: NewQueueJob
  state: Exclude<QueueJobState, 'unknown'>
  /** Tries that were begun and not given back. */
  attempt: number
  finishedAt: number
}

/** One consumer: how many jobs it may run, and those that it runs. */
type Slots = {
  readonly concurrency: number
  readonly handle: Handle
  readonly running: Map<Entry, Running>
  open: boolean
}

type Running = { readonly abort: AbortController; readonly stopped: PromiseWithResolvers<void> }

type LaneState = {
  readonly lane: Lane
  readonly keepMs: number
  readonly entries: Map<string, Entry>
  /** Dedupe keys of the jobs that are not finished. */
  readonly keys: Set<string>
  readonly consumers: Set<Slots>
  readonly listeners: Set<(event: QueueEvent) => void>
  readonly retries: Set<NodeJS.Timeout>
  readonly queue: PQueue
}

/** A lane in the memory of this process. */
export type InProcessLane = {
  readonly enqueue: (job: NewQueueJob) => void
  readonly consume: (concurrency: number, handle: Handle) => Consumer
  readonly state: (id: string) => QueueJobState
  readonly depth: () => number
  readonly watch: (listener: (event: QueueEvent) => void) => () => void
  readonly close: () => Promise<void>
}

/** `keepMs`: how long finished ids are remembered. */
export function createInProcessLane(lane: Lane, keepMs: number): InProcessLane {
  const state: LaneState = {
    lane,
    keepMs,
    entries: new Map(),
    keys: new Set(),
    consumers: new Set(),
    listeners: new Set(),
    retries: new Set(),
    queue: new PQueue({ autoStart: false, concurrency: 1 }),
  }
  return {
    enqueue: (job) => enqueue(state, job),
    consume: (concurrency, handle) => consume(state, concurrency, handle),
    state: (id) => {
      forgetFinished(state)
      return state.entries.get(id)?.state ?? 'unknown'
    },
    depth: () => [...state.entries.values()].filter((entry) => entry.state === 'waiting').length,
    watch: (listener) => {
      state.listeners.add(listener)
      return () => state.listeners.delete(listener)
    },
    close: () => close(state),
  }
}

function enqueue(state: LaneState, given: NewQueueJob): void {
  forgetFinished(state)
  if (state.entries.has(given.id)) return
  if (given.dedupe !== null) {
    if (state.keys.has(given.dedupe)) return
    state.keys.add(given.dedupe)
  }
  // Copied, so that whoever keeps the object cannot change a job on its way.
  const job = structuredClone(given)
  const entry: Entry = { job, state: 'waiting', attempt: 0, finishedAt: 0 }
  state.entries.set(job.id, entry)
  wait(state, entry)
}

function wait(state: LaneState, entry: Entry): void {
  entry.state = 'waiting'
  // Cleared when the lane is closed; the job itself never rejects.
  state.queue.add(() => run(state, entry)).catch(() => undefined)
}

function consume(state: LaneState, concurrency: number, handle: Handle): Consumer {
  const slots: Slots = { concurrency, handle, running: new Map(), open: true }
  state.consumers.add(slots)
  fitSlots(state)
  return { close: (graceMs) => closeSlots(state, slots, graceMs) }
}

/** As many jobs at once as the open consumers have places, besides those that closing ones still run. */
function fitSlots(state: LaneState): void {
  for (const slots of state.consumers) if (!slots.open && slots.running.size === 0) state.consumers.delete(slots)
  const consumers = [...state.consumers]
  const places = consumers.reduce((sum, slots) => sum + (slots.open ? slots.concurrency : slots.running.size), 0)
  if (!consumers.some((slots) => slots.open)) {
    state.queue.pause()
    return
  }
  state.queue.concurrency = places
  state.queue.start()
}

async function run(state: LaneState, entry: Entry): Promise<void> {
  const slots = [...state.consumers].find((slots) => slots.open && slots.running.size < slots.concurrency)
  if (slots === undefined) {
    wait(state, entry)
    return
  }
  const abort = new AbortController()
  const stopped = Promise.withResolvers<void>()
  slots.running.set(entry, { abort, stopped })
  entry.state = 'active'
  entry.attempt += 1
  const { id } = entry.job
  tell(state, { type: 'active', lane: state.lane, id })
  try {
    await slots.handle(runningJob(state, entry, abort.signal))
    finish(state, entry, { type: 'done', lane: state.lane, id })
  } catch (error) {
    if (abort.signal.aborted) giveBack(state, entry)
    else failedTry(state, entry, error)
  } finally {
    slots.running.delete(entry)
    stopped.resolve()
    fitSlots(state)
  }
}

function runningJob(state: LaneState, entry: Entry, signal: AbortSignal): RunningJob {
  const { id, data } = entry.job
  return {
    id,
    data: structuredClone(data),
    attempt: entry.attempt,
    signal,
    progress: (progress) => tell(state, { type: 'progress', lane: state.lane, id, progress }),
  }
}

/** Stopped by us, not failed: it waits for another consumer as if it had not been begun. */
function giveBack(state: LaneState, entry: Entry): void {
  entry.attempt -= 1
  wait(state, entry)
}

function failedTry(state: LaneState, entry: Entry, error: unknown): void {
  const { id, attempts, backoffMs } = entry.job
  if (entry.attempt >= attempts) {
    finish(state, entry, { type: 'failed', lane: state.lane, id, code: asAppError(error).code })
    return
  }
  entry.state = 'waiting'
  const retry = setTimeout(
    () => {
      state.retries.delete(retry)
      wait(state, entry)
    },
    retryDelay(entry.attempt, backoffMs),
  )
  state.retries.add(retry)
}

function finish(state: LaneState, entry: Entry, event: QueueEvent & { readonly type: 'done' | 'failed' }): void {
  entry.state = event.type
  entry.finishedAt = Date.now()
  // Moved to the end: the finished ones stand in the order in which they are forgotten.
  state.entries.delete(entry.job.id)
  state.entries.set(entry.job.id, entry)
  if (entry.job.dedupe !== null) state.keys.delete(entry.job.dedupe)
  tell(state, event)
}

function forgetFinished(state: LaneState): void {
  const before = Date.now() - state.keepMs
  for (const [id, { finishedAt }] of state.entries) {
    if (finishedAt === 0) continue
    if (finishedAt > before) return
    state.entries.delete(id)
  }
}

function tell(state: LaneState, event: QueueEvent): void {
  for (const listener of state.listeners) {
    try {
      listener(event)
    } catch {
      // A listener that throws must not fail the job that it hears of.
    }
  }
}

async function closeSlots(state: LaneState, slots: Slots, graceMs: number): Promise<void> {
  slots.open = false
  fitSlots(state)
  if (await settlesWithin(stopOf(slots), graceMs)) return
  for (const { abort } of slots.running.values()) abort.abort()
  await settlesWithin(stopOf(slots), ABORT_MS)
}

async function stopOf(slots: Slots): Promise<void> {
  await Promise.all([...slots.running.values()].map(({ stopped }) => stopped.promise))
}

async function close(state: LaneState): Promise<void> {
  await Promise.all([...state.consumers].map((slots) => closeSlots(state, slots, 0)))
  for (const retry of state.retries) clearTimeout(retry)
  state.queue.pause()
  state.queue.clear()
  state.listeners.clear()
}
