import { setImmediate as nextTurn } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import { openServiceHistory } from '../../history/service-history.ts'
import { VERSION } from '../../model/version.ts'
import { recordHandover } from '../../workers/record-snapshot.ts'
import { createLog } from '../log.ts'
import { runThread } from './run-thread.ts'
import type { StoreFunctions, StoreThreadData } from './store-functions.ts'

// Entry of the thread that writes: all that the service stores goes through it, one call after the other.

const { path, migrations, keyId, logLevel } = workerData as StoreThreadData
const clock = { now: () => new Date() }

runThread(createLog(logLevel).child({ thread: 'store' }), (): StoreFunctions => {
  const history = openServiceHistory({ path, migrations, engine: VERSION })
  return {
    createRun: history.createRun,
    createJob: history.createJob,
    reissueJob: history.reissueJob,
    reissueRun: history.reissueRun,
    startJob: history.startJob,
    progressJob: history.progressJob,
    failJob: history.failJob,
    recordComparison: history.recordComparison,
    failRun: history.failRun,
    cancelRun: history.cancelRun,
    noteDrift: history.noteDrift,
    settleDelivery: history.settleDelivery,
    shelveDelivery: history.shelveDelivery,
    enableChannel: history.enableChannel,
    releaseWaiting: history.releaseWaiting,
    knowSchedules: history.knowSchedules,
    accountTimes: history.accountTimes,
    pauseSchedule: history.pauseSchedule,
    record: (task, parts) => recordHandover(task, parts, { store: history, keyId, clock }),
    prune: async (retention) => {
      const steps = history.prune(retention)
      for (;;) {
        const step = steps.next()
        if (step.done) return step.value
        await nextTurn()
      }
    },
    close: history.close,
  }
})
