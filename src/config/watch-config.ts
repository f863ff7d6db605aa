import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { asAppError, type AppError } from '../model/errors.ts'
import type { Config } from './config.ts'

export type ConfigWatchOptions = {
  /** What runs now. */
  readonly config: Config
  /** Reads the configuration anew. Throws an AppError. */
  readonly load: () => Config
  readonly intervalMs: number
  /** The file, or the file of a token's hash, holds something else, and all of it is right. */
  readonly onChange: (next: Config) => void
  /** It holds something else that cannot be used: nothing changes. Told once for each such content. */
  readonly onInvalid: (error: AppError) => void
}

export type ConfigWatch = {
  /** Looks now (SIGHUP). */
  readonly check: () => void
  readonly close: () => void
}

/**
 * Watches a configuration file by its content, every so often: events of the file system do not come for files on network
 * folders, and Kubernetes swaps a link two levels above a mounted file. The timer keeps no process alive.
 */
export function watchConfig(options: ConfigWatchOptions): ConfigWatch {
  let { config } = options
  let seen = digestsOf(filesOf(config))
  const check = (): void => {
    const found = digestsOf(filesOf(config))
    if (isDeepStrictEqual(found, seen)) return
    // What was there before it is read: a change that comes in between is seen the next time.
    seen = found
    try {
      config = options.load()
      seen = Object.fromEntries(filesOf(config).map((file) => [file, found[file] ?? digestOf(file)]))
      options.onChange(config)
    } catch (error) {
      options.onInvalid(asAppError(error))
    }
  }
  const timer = setInterval(check, options.intervalMs).unref()
  return { check, close: () => clearInterval(timer) }
}

function filesOf({ source, access }: Config): string[] {
  const hashes = access.tokens.flatMap(({ sha256 }) =>
    typeof sha256 === 'object' && 'file' in sha256 ? sha256.file : [],
  )
  return source === null ? hashes : [source, ...hashes]
}

function digestsOf(files: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map((file) => [file, digestOf(file)]))
}

/** A file that is gone differs from an empty one; reading it then says what is wrong. */
function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return 'unreadable'
  }
}
