import type { Async } from '../../service/async.ts'
import type { Compute } from '../../service/compute/compute.ts'
import type { HistoryReader, RunReads } from '../../service/kept-reads.ts'
import type { ServicePorts } from '../../service/service-ports.ts'
import { openHistoryReader } from '../../history/service-history.ts'
import type { AppError } from '../../model/errors.ts'
import { VERSION } from '../../model/version.ts'
import type { DispatcherPorts } from '../../workers/dispatcher.ts'
import { asAsync } from '../as-async.ts'
import { shippedFolder } from '../data-folder.ts'
import type { LogLevel } from '../log.ts'
import type { ComputeThreadData } from '../threads/compute-functions.ts'
import type { Functions } from '../threads/rpc.ts'
import { startThread } from '../threads/start-thread.ts'
import type { StoreFunctions, StoreThreadData } from '../threads/store-functions.ts'

export type ThreadsOptions = {
  readonly key: Uint8Array
  readonly keyId: string
  readonly historyPath: string
  readonly logLevel: LogLevel
  readonly onDeath: (error: AppError) => void
}

/** The threads of the process that owns the history, and this thread's own connection for reading. */
export type Threads = {
  readonly store: Async<StoreFunctions>
  readonly compute: Async<Compute>
  readonly reader: HistoryReader
  readonly end: () => Promise<void>
}

/** Opens the history, which this process owns from then on. */
export async function startThreads(options: ThreadsOptions): Promise<Threads> {
  const { historyPath: path, key, keyId, logLevel, onDeath } = options
  const migrations = shippedFolder('migrations')
  const storeData: StoreThreadData = { path, migrations, keyId, logLevel }
  const store = await startThread<StoreFunctions & Functions>('store-thread', storeData, { onDeath })
  const started: { readonly end: () => Promise<void> }[] = [store]
  try {
    const computeData: ComputeThreadData = { path, migrations, key, logLevel }
    const compute = await startThread<Functions>('compute-thread', computeData, { onDeath })
    started.push(compute)
    const reader = openHistoryReader({ path, migrations, engine: VERSION })
    return {
      store: store.functions,
      compute: compute.functions as unknown as Async<Compute>,
      reader,
      end: async () => {
        await compute.end()
        reader.close()
        await store.functions.close()
        await store.end()
      },
    }
  } catch (error) {
    await Promise.all(started.map((thread) => thread.end()))
    throw error
  }
}

/** Reads come from this thread's own connection, which sees what the store committed; writes go to the store. */
export function runsOf({ store, reader }: Threads): DispatcherPorts['runs'] & ServicePorts['runs'] {
  const { run, unfinished, lastManifest } = asAsync<RunReads>(reader)
  const { createRun, createJob, cancelRun, reissueJob, reissueRun, failJob, failRun } = store
  return {
    run,
    unfinished,
    lastManifest,
    createRun,
    createJob,
    cancelRun,
    reissueJob,
    reissueRun,
    failJob,
    failRun,
  }
}
