import type { Async } from '../../service/async.ts'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../model/errors.ts'
import { channelOf, connectThread, type Functions } from './rpc.ts'

/** The threads that a serving process has beside its main one; each has an entry file of this name. */
export type ThreadName = 'store-thread' | 'compute-thread' | 'collect-thread'

export type RunningThread<T extends Functions> = {
  readonly functions: Async<T>
  /** Ends the thread at once; whoever waits for it gets `interrupted`. */
  readonly end: () => Promise<void>
}

/**
 * Starts a thread and waits until it is ready. Rejects with the AppError that it could not start for (a history that another
 * process owns, a key that cannot be read). `onDeath` hears when it ends without being asked to: the process cannot go on then.
 */
export async function startThread<T extends Functions>(
  name: ThreadName,
  workerData: unknown,
  listeners: { readonly onDeath: (error: AppError) => void; readonly onNotice?: (notice: unknown) => void },
): Promise<RunningThread<T>> {
  const worker = new Worker(entryOf(name), { workerData, name })
  const { functions, fail } = connectThread<T>(channelOf(worker), listeners.onNotice)
  let ending = false
  const died = (error: AppError): void => {
    fail(error)
    if (!ending) listeners.onDeath(error)
  }
  worker.on('error', (cause) => died(new AppError('internal', `the ${name} failed`, { cause })))
  worker.on('exit', () =>
    died(ending ? new AppError('interrupted', `the ${name} has ended`) : new AppError('internal', `the ${name} ended`)),
  )
  const end = async (): Promise<void> => {
    ending = true
    await worker.terminate()
  }
  try {
    ending = true
    await (functions as unknown as Async<{ readonly ready: () => void }>).ready()
    ending = false
  } catch (error) {
    await end()
    throw error
  }
  return { functions, end }
}

/** In a checkout the source beside this one; in the package the bundle that has its name. */
function entryOf(name: ThreadName): string {
  const candidates = [`./${name}.ts`, `./${name}.js`]
  const paths = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url)))
  return paths.find((path) => existsSync(path)) ?? paths[0]!
}
