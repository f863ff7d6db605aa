import { Readable } from 'node:stream'
import type { Output, Streams } from '../../src/cli/streams.ts'

export type CapturedStreams = Streams & { readonly out: () => string; readonly err: () => string }

/** Streams that keep what is written; no terminal, an environment of its own, and `stdin` as given. */
export function captureStreams(env: Record<string, string> = {}, stdin = '', terminal = false): CapturedStreams {
  const out: string[] = []
  const err: string[] = []
  const capture = (parts: string[]): Output => ({
    isTTY: terminal,
    columns: terminal ? 100 : 0,
    write: (text) => {
      parts.push(text)
      return Promise.resolve()
    },
  })
  return {
    stdout: capture(out),
    stderr: capture(err),
    stdin: Readable.from([stdin]),
    env,
    out: () => out.join(''),
    err: () => err.join(''),
  }
}
