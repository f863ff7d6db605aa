import { backUpHistory, restoreHistory, type HistoryPlace } from '../app/backups.ts'
import { text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'

/** `flux-compare backup FILE`: what was copied on stdout, and what belongs with it on stderr. */
export async function backupCommand(file: string, flags: Flags, streams: Streams): Promise<number> {
  const result = backUpHistory(placeOf(flags, streams), file, flags['force'] === true)
  await streams.stdout.write(`${result.path} is backed up to ${file}: ${contents(result)}\n`)
  await streams.stderr.write(
    `The fingerprint key belongs with it, kept apart from it: ${result.key}\nWithout the key, secret values in the backup can be compared with nothing new; whoever has both can guess short ones.\n`,
  )
  return 0
}

/** `flux-compare restore FILE`. */
export async function restoreCommand(file: string, flags: Flags, streams: Streams): Promise<number> {
  const result = restoreHistory(placeOf(flags, streams), file, new Date())
  await streams.stdout.write(`${result.path} is restored from ${file}: ${contents(result)}\n`)
  const before = result.replaced === null ? '' : `What was there before is now ${result.replaced}\n`
  await streams.stderr.write(
    `${before}The fingerprint key of the backup belongs with it: ${result.key}\nWith another key, secret values in it are told as unknown.\n`,
  )
  return 0
}

function placeOf(flags: Flags, { env }: Streams): HistoryPlace {
  return { history: text(flags, 'history'), config: text(flags, 'config'), env, folder: process.cwd() }
}

type Contents = { readonly bytes: number; readonly snapshots: number; readonly comparisons: number }

function contents({ bytes, snapshots, comparisons }: Contents): string {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  return `${counted(snapshots, 'snapshot')}, ${counted(comparisons, 'comparison')}, ${size}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
