import { dirname, join } from 'node:path'
import { openHistory, type WhenOwned } from '../history/open.ts'
import { defaultHistoryPath } from '../history/paths.ts'
import { VERSION } from '../model/version.ts'
import type { History } from '../service/ports.ts'
import { shippedFolder } from './data-folder.ts'
import type { Environment } from './settings.ts'

/** Opens the file that keeps snapshots: `path`, else FLUX_COMPARE_HISTORY, else the one in the XDG state folder. */
export function openKeptHistory(path: string | undefined, env: Environment, whenOwned?: WhenOwned): History {
  const file = historyPath(path, env)
  return openHistory({ path: file, migrations: shippedFolder('migrations'), engine: VERSION }, whenOwned)
}

export function historyPath(path: string | undefined, env: Environment): string {
  return path ?? env['FLUX_COMPARE_HISTORY'] ?? defaultHistoryPath(env)
}

/** Where a service keeps its history unless told otherwise: not where the command line does, which the service would lock out of it. */
export function serviceHistoryPath(env: Environment): string {
  return env['FLUX_COMPARE_HISTORY'] ?? join(dirname(defaultHistoryPath(env)), 'service.db')
}
