import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../model/errors.ts'
import { demoConfig, demoFleet } from '../simulator/demo-fleet.ts'
import type { Simulator } from '../simulator/simulated-cluster.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { compareCommand } from './compare.ts'
import { text, type Flags } from './flags.ts'
import { interruptible } from './interrupt.ts'
import type { Streams } from './streams.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * `flux-compare demo`: three simulated clusters on loopback, compared over the same sockets and code as real ones. With
 * `--keep` the fleet stays up until Ctrl-C. Exit code 0 when the comparison could be made, whatever it says.
 */
export async function demoCommand(flags: Flags, streams: Streams): Promise<number> {
  if (flags['report'] === true) {
    const { demoReport } = await import('./demo-report.ts')
    return demoReport(flags, streams)
  }
  const folder = await temporaryFolder('flux-compare-demo-')
  try {
    return await demoIn(folder, flags, streams)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function demoIn(folder: string, flags: Flags, streams: Streams): Promise<number> {
  const simulator = await startFleet()
  try {
    const kubeconfig = join(folder, 'kubeconfig')
    await writeFile(kubeconfig, simulator.kubeconfig, { mode: 0o600 })
    const names = [...simulator.clusters.keys()]
    const words = isForPeople(text(flags, 'output') ?? 'table') ? streams.stdout : streams.stderr
    const config = join(folder, 'flux-compare.yaml')
    await copyFile(demoConfig(), config)
    if (flags['serve'] === true) return await serveDemo({ kubeconfig, config, folder, flags, streams })
    await words.write(introduction(names))
    await compareCommand(names, { ...flags, ...defaults(config, join(folder, 'history.db')) }, streams)
    await words.write(nextSteps(folder, flags['keep'] === true))
    if (flags['keep'] === true) await untilInterrupted()
    return 0
  } finally {
    await simulator.close()
  }
}

type ServedDemo = {
  readonly kubeconfig: string
  readonly config: string
  readonly folder: string
  readonly flags: Flags
  readonly streams: Streams
}

/** `--serve`: the service over the fleet, with its rules and parameters, and a history of its own that ends with it. */
async function serveDemo({ kubeconfig, config, folder, flags, streams }: ServedDemo): Promise<number> {
  const { serveCommand } = await import('./serve.ts')
  const env = { ...streams.env, FLUX_COMPARE_HISTORY: join(folder, 'service.db') }
  await streams.stdout.write(`Three simulated clusters: export KUBECONFIG=${kubeconfig}\n`)
  return serveCommand({ ...flags, config }, { ...streams, env })
}

async function startFleet(): Promise<Simulator> {
  try {
    return await startSimulator({ clusters: demoFleet() })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('file-unreadable', `the demo fleet cannot be started: ${reason}`, { cause: error })
  }
}

/** Data on stdout stays alone: what is said around it then goes to stderr. */
function isForPeople(format: string): boolean {
  return format === 'table' || format === 'wide'
}

function defaults(config: string, history: string): Flags {
  return { config, history, baseline: true, secrets: 'equality' }
}

function introduction(names: readonly string[]): string {
  return `$ flux-compare ${names.join(' ')} --config flux-compare.yaml      # ${names.length} simulated clusters on this machine\n\n`
}

function nextSteps(folder: string, kept: boolean): string {
  if (!kept) {
    return `
Try next:
  flux-compare demo --keep               keep this fleet running, to try commands on it
  flux-compare demo --serve              serve it: the REST API, jobs and history
  flux-compare demo --report             what a chat is told of it each morning
  flux-compare clusters                  the contexts of your own kubeconfig
  flux-compare BASELINE TARGET           compare two of them: only get and list are sent, secrets stay masked
`
  }
  return `
The fleet runs until Ctrl-C. In another terminal:
  cd ${folder}; export KUBECONFIG=kubeconfig
  flux-compare staging production                      two of the three, without rules and parameters
  flux-compare staging production --config flux-compare.yaml --explain     what was not counted, and why
  flux-compare rules check staging production edge --config flux-compare.yaml
  flux-compare suggest staging production              parameters, learned from what differs
  flux-compare staging production --kind hr -o wide    one kind, with pointers
  flux-compare staging production -o json | jq .summary
`
}

async function untilInterrupted(): Promise<void> {
  const { signal, release } = interruptible()
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  release()
}
