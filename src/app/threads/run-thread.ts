import { parentPort } from 'node:worker_threads'
import type { Log } from '../log.ts'
import { channelOf, expose, type Channel, type Functions } from './rpc.ts'

/**
 * The life of a thread: opens what it works on, and answers calls. What it cannot be opened for is the answer to `ready`, so that the one
 * who started it gets our error instead of a thread that died.
 */
export function runThread(log: Log, open: (channel: Channel) => Functions): void {
  const channel = channelOf(parentPort!)
  const { functions, failure } = opened(() => open(channel))
  const ready = (): void => {
    if (failure !== null) throw failure.error
  }
  expose(channel, { ...functions, ready }, (name, error) => log.error('a call failed', { name }, error))
}

type Opened = { readonly functions: Functions; readonly failure: { readonly error: unknown } | null }

function opened(open: () => Functions): Opened {
  try {
    return { functions: open(), failure: null }
  } catch (error) {
    return { functions: {}, failure: { error } }
  }
}
