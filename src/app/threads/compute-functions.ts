import type { LogLevel } from '../log.ts'

export type ComputeThreadData = {
  readonly path: string
  readonly migrations: string
  readonly key: Uint8Array
  readonly logLevel: LogLevel
}
