import { isatty } from 'node:tty'
import { AppError } from '../model/errors.ts'

/** What a command may write to and read from: the process's own in production, captured in tests. */
export type Streams = {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: NodeJS.ReadableStream
  readonly env: Readonly<Record<string, string | undefined>>
}

export type Output = {
  readonly isTTY: boolean
  readonly columns: number
  readonly write: (text: string) => Promise<void>
}

/**
 * Wraps a process stream. A reader that went away (`| head`) ends the output quietly. What cannot be written for another reason (a
 * full disk) rejects with `output-failed`: the exit code must not be taken for that of a comparison that was printed.
 */
export function outputOf(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  let gone = false
  stream.on('error', () => {
    gone = true
  })
  return {
    isTTY: isatty(stream.fd),
    columns: stream.columns ?? 0,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (gone) return resolve()
        stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
          if (!error || error.code === 'EPIPE') resolve()
          else
            reject(new AppError('output-failed', `the output could not be written (${error.code})`, { cause: error }))
        })
      }),
  }
}

/** Standard error has nowhere to report its own failure to. */
function bestEffort(output: Output): Output {
  return { ...output, write: (text) => output.write(text).catch(() => {}) }
}

export function processStreams(): Streams {
  const stderr = bestEffort(outputOf(process.stderr))
  return { stdout: outputOf(process.stdout), stderr, stdin: process.stdin, env: process.env }
}

/** Whether to colour what goes to `output`: `--color`, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
export function wantsColor(choice: 'auto' | 'always' | 'never', output: Output, env: Streams['env']): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true
  return output.isTTY && env['TERM'] !== 'dumb'
}

/** Columns to write for: the terminal's, else COLUMNS, else 120 (pipes and CI logs). */
export function widthOf(output: Output, env: Streams['env']): number {
  const given = Number(env['COLUMNS'])
  if (output.columns > 0) return output.columns
  return Number.isInteger(given) && given > 20 ? given : 120
}
