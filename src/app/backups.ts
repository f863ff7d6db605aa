import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import { findConfigFile, readConfigFile } from '../config/load-config.ts'
import { backUp, restore, type BackedUp, type Restored } from '../history/backup.ts'
import { shippedFolder } from './data-folder.ts'
import { historyPath, serviceHistoryPath } from './kept-history.ts'
import type { Environment } from './settings.ts'

/** Which history is meant: `history` where it is named, else what the configuration says. */
export type HistoryPlace = {
  readonly history: string | null
  readonly config: string | null
  readonly env: Environment
  /** Where a configuration is looked for. */
  readonly folder: string
}

/** `key` says where the fingerprint key is: without it, secret values in the history can be compared with nothing new. */
type Place = { readonly path: string; readonly key: string }

export function backUpHistory(place: HistoryPlace, destination: string, replace: boolean): BackedUp & Place {
  const found = findPlace(place)
  return { ...backUp(found.path, destination, replace), ...found }
}

export function restoreHistory(place: HistoryPlace, backup: string, now: Date): Restored & Place {
  const found = findPlace(place)
  return { ...restore(backup, found.path, { migrations: shippedFolder('migrations'), now }), ...found }
}

/** Throws `config-invalid` for a configuration that cannot be read; what else it names need not be there. */
function findPlace({ history, config, env, folder }: HistoryPlace): Place {
  const file = history !== null && config === null ? null : findConfigFile(config, env, folder)
  const configured = file === null ? null : readConfigFile(file, null).config
  const path =
    history ?? (configured ? (configured.history.path ?? serviceHistoryPath(env)) : historyPath(undefined, env))
  return { path, key: keyPlace(path, configured?.key ?? null, env) }
}

function keyPlace(path: string, key: Config['key'], env: Environment): string {
  if (key !== null) return 'env' in key ? `the variable ${key.env}` : key.file
  return env['FLUX_COMPARE_KEY_FILE'] ?? join(dirname(path), 'fingerprint.key')
}
