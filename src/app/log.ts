import { destination, pino, type Logger } from 'pino'
import { AppError } from '../model/errors.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What may stand in a line besides its message: names, ids, counts and codes. Values of clusters never do. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Structured logs, one JSON object a line. */
export type Log = {
  readonly [L in Exclude<LogLevel, 'trace' | 'fatal'>]: (message: string, fields?: LogFields, error?: unknown) => void
} & { readonly child: (fields: LogFields) => Log; readonly flush: () => void }

/**
 * Logs to standard error, or to `fd`. An error is told by its code and our own message; of a foreign one (a library, a cluster, a driver)
 * only the class and the places in the code: its text and its fields may hold what a server or a credential plugin said.
 */
export function createLog(level: LogLevel, fd = 2): Log {
  const logger = pino(
    {
      level,
      base: { app: 'flux-compare' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination({ fd, sync: true }),
  )
  return logOf(logger)
}

function logOf(logger: Logger): Log {
  const at =
    (level: Exclude<LogLevel, 'trace' | 'fatal'>): Log['info'] =>
    (message, fields = {}, error) =>
      logger[level](error === undefined ? fields : { ...fields, err: error }, message)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logOf(logger.child(fields)),
    flush: () => logger.flush(),
  }
}

type DescribedError = {
  readonly class: string
  readonly code: string | null
  readonly message?: string
  readonly at?: readonly string[]
}

/** What a log line may say of an error. */
export function describeError(error: unknown): DescribedError {
  if (error instanceof AppError && error.code !== 'internal')
    return { class: 'AppError', code: error.code, message: error.message }
  const cause = error instanceof AppError && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return { class: typeof cause, code: null }
  return { class: className(cause), code: codeOf(cause), at: framesOf(cause) }
}

/** A class can be named by anyone; a name that is no identifier is not told. */
function className(error: Error): string {
  return /^\w{1,60}$/.test(error.name) ? error.name : 'Error'
}

function codeOf(error: Error): string | null {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : null
}

/** Function names and places, without the first lines, which repeat the message. */
function framesOf(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at [\w.<>[\] ]*\(?(?:file:|node:|\/)/.test(line))
    .slice(0, 8)
    .map((line) => line.trim().replace(/file:\/\/\S*\/(?=[^/]+:\d+:\d+)/, ''))
}
