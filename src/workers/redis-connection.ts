import { Cluster, Redis } from 'ioredis'
import { AppError } from '../model/errors.ts'
import { addressOf, type RedisTarget } from './redis-target.ts'
import { settlesWithin } from './settle-within.ts'

/** Every call of the queue settles within this time. */
export const ANSWER_MS = 2_000

/** Silence after which a socket with a question on it is given up: also that of a frozen Redis, or behind a lost route. */
const CALL_SILENCE_MS = 5_000
/** As above where a question may be answered late: longer than the 10 s for which BullMQ blocks. */
const WORK_SILENCE_MS = 20_000
const CONNECT_MS = 5_000
/** For which ioredis keeps the process alive after the end of a connection, also of one that was gone before. */
const END_MS = 100

/** Hears in one word what is wrong with Redis (`ECONNREFUSED`, `OOM`); texts of errors are not told, they may hold data. */
export type OnTrouble = (reason: string) => void

export type RedisClient = Redis | Cluster

export type RedisConnection = {
  readonly client: RedisClient
  /** Ends the client and all that were duplicated from it, whatever state they are in. */
  readonly close: () => void
}

/**
 * Connects, and goes on trying for as long as it is open. `calls`: a command fails at once while there is no connection, since whoever
 * waits for it is told so. `work`: commands wait for the connection, since what a worker has done must still be said.
 */
export function openRedis(target: RedisTarget, use: 'calls' | 'work', onTrouble: OnTrouble): RedisConnection {
  const opened: RedisClient[] = []
  let isClosed = false
  const track = (client: RedisClient): RedisClient => {
    // Without a listener an error of the connection would end the process.
    client.on('error', (error: unknown) => onTrouble(reasonOf(error)))
    opened.push(client)
    // BullMQ duplicates what it is given and loses sight of it where it is closed while it connects.
    const duplicate = client.duplicate.bind(client) as (...given: readonly unknown[]) => RedisClient
    Object.assign(client, { duplicate: (...given: readonly unknown[]) => track(duplicate(...given)) })
    // BullMQ may duplicate once more while it is being closed: nobody would ever end that one.
    if (isClosed) end(client)
    return client
  }
  const client = track(connect(target, use))
  return {
    client,
    close: () => {
      isClosed = true
      opened.forEach(end)
    },
  }
}

/**
 * ioredis does not tell the end of a client that was between two tries, for which BullMQ waits, and leaves unanswered what waited for the
 * connection; and BullMQ connects again what it finds ended. Any of it would go on for ever and keep the process alive.
 */
function end(client: RedisClient): void {
  client.disconnect()
  flushable(client).flushQueue(new Error('Connection is closed.'))
  Object.assign(client, { connect: () => Promise.reject(new Error('Connection is closed.')), status: 'end' })
  client.emit('end')
}

/** Both kinds of client have it; their types say nothing of it. */
function flushable(client: RedisClient): { readonly flushQueue: (error: Error) => void } {
  return client as unknown as { flushQueue: (error: Error) => void }
}

function connect(target: RedisTarget, use: 'calls' | 'work'): RedisClient {
  const address = addressOf(target)
  const patient = use === 'work'
  const common = {
    connectTimeout: CONNECT_MS,
    disconnectTimeout: END_MS,
    socketTimeout: patient ? WORK_SILENCE_MS : CALL_SILENCE_MS,
    // BullMQ demands null where it blocks; 0 fails what is on its way when the connection breaks.
    maxRetriesPerRequest: patient ? null : 0,
    autoResendUnfulfilledCommands: patient,
  }
  if (address.mode === 'server') {
    return new Redis({ ...address.options, ...common, enableOfflineQueue: patient, retryStrategy: reconnectDelay })
  }
  return new Cluster(address.nodes, {
    redisOptions: { ...address.redisOptions, ...common },
    enableOfflineQueue: patient,
    clusterRetryStrategy: reconnectDelay,
  })
}

/** Milliseconds: soon at first, and never so late that a Redis that is back is not noticed. */
function reconnectDelay(times: number): number {
  return Math.min(1_000, 50 * 2 ** Math.min(times, 5)) + Math.random() * 100
}

/** One word for an error of Redis or of the way to it, without its text. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && /^[A-Z_\d]{1,40}$/.test(code)) return code
  return /^[A-Z]{2,20}(?= )/.exec(error.message)?.[0] ?? 'no-answer'
}

/**
 * The answer to a call, within {@link ANSWER_MS}: waits for the connection, then for the answer. Rejects with `queue-unavailable`
 * otherwise. A call that was given up may still be carried out when Redis is back, so every call must be one that can be repeated.
 */
export async function answered<T>(client: RedisClient, call: () => Promise<T>): Promise<T> {
  const started = performance.now()
  if (!(await isConnected(client, ANSWER_MS))) throw unavailable('cannot be reached')
  const answer = call()
  if (!(await settlesWithin(answer, ANSWER_MS - (performance.now() - started)))) throw unavailable('does not answer')
  try {
    return await answer
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unavailable(`cannot be used (${reasonOf(error)})`)
  }
}

export function unavailable(what: string): AppError {
  return new AppError('queue-unavailable', `the queue in Redis ${what}`)
}

/** Both kinds of client have this state; the type of one does not say so. */
export function isReady(client: RedisClient): boolean {
  return (client.status as string) === 'ready'
}

async function isConnected(client: RedisClient, ms: number): Promise<boolean> {
  if (isReady(client)) return true
  const ready = Promise.withResolvers<void>()
  const settle = (): void => ready.resolve()
  client.once('ready', settle)
  client.once('end', settle)
  try {
    if (client.status === 'end') return false
    await settlesWithin(ready.promise, ms)
    return isReady(client)
  } finally {
    client.off('ready', settle)
    client.off('end', settle)
  }
}
