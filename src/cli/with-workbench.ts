import type { Clock } from '../service/ports.ts'
import type { Config } from '../config/config.ts'
import { openWorkbench, type Workbench } from '../app/workbench.ts'
import { connectionOf, historyOf, type Flags } from './flags.ts'
import { interruptible } from './interrupt.ts'
import { startProgress } from './progress.ts'
import type { Streams } from './streams.ts'
import { limitYoungGeneration } from './young-generation.ts'

/** What a command does with a workbench; `stopProgress` is called before anything is printed. */
export type Work = (workbench: Workbench, stopProgress: () => void) => Promise<number>

export type WorkbenchExtras = {
  /** Its clusters stand in the place of the contexts of the kubeconfig. */
  readonly config?: Config | null
  /** Left out: that of the machine. */
  readonly clock?: Clock
}

/** Opens what a command that reads clusters needs, and closes it however the command ends. */
export async function withWorkbench(
  flags: Flags,
  streams: Streams,
  work: Work,
  { config = null, clock }: WorkbenchExtras = {},
): Promise<number> {
  limitYoungGeneration()
  const interrupt = interruptible()
  const progress = await startProgress(flags['quiet'] === true, streams)
  let workbench: Workbench | undefined
  try {
    workbench = openWorkbench({
      connection: connectionOf(flags),
      config,
      ...(clock ? { clock } : {}),
      history: historyOf(flags),
      env: streams.env,
      stdin: streams.stdin,
      signal: interrupt.signal,
      progress: progress.show,
    })
    return await work(workbench, progress.stop)
  } finally {
    progress.stop()
    interrupt.release()
    workbench?.close()
  }
}
