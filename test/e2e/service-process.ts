import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'

export type ServiceProcess = {
  readonly pid: number
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Everything that it logged so far. */
  readonly log: () => string
  /** Resolves with the exit code, null where a signal ended it. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

export type ServiceOptions = {
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

const START_MS = 30_000

/** Starts `flux-compare serve` as a process of its own on a free port and waits until it says that it listens. */
export function startService({ args = [], env, cwd }: ServiceOptions): Promise<ServiceProcess> {
  return startProcess({
    args: ['serve', '--listen', '127.0.0.1:0', '--log-level', 'trace', ...args],
    env,
    ...(cwd === undefined ? {} : { cwd }),
  })
}

/** Starts a command that serves on 127.0.0.1, with nothing but these arguments and variables, and waits until it says that it listens. */
export async function startProcess({ args = [], env, cwd }: ServiceOptions): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [`${process.cwd()}/src/main.ts`, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: `${tmpdir()}/flux-compare-no-such-home`, ...env },
    cwd: cwd ?? process.cwd(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const log = (): string => Buffer.concat(chunks).toString()
  const url = await listening(child, log)
  return {
    pid: child.pid!,
    url,
    log,
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
      return child.exitCode
    },
  }
}

async function listening(child: ChildProcess, log: () => string): Promise<string> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    const port = /"listen":"127\.0\.0\.1:(\d+)"/.exec(log())?.[1]
    if (port !== undefined) return `http://127.0.0.1:${port}`
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  child.kill('SIGKILL')
  throw new Error(`the service did not start:\n${log()}`)
}

export type Answer<T> = { readonly status: number; readonly headers: Headers; readonly body: T }

/** One request; the body parsed where it is JSON. */
export async function ask<T = Record<string, unknown>>(
  url: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: { ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T }
}

/** Asks until `isDone` holds of the answer; an answer that does not come (a restart) is asked for again. */
export async function poll<T>(
  url: string,
  isDone: (body: T) => boolean,
  limitMs: number,
  headers: Record<string, string> = {},
): Promise<T> {
  const deadline = Date.now() + limitMs
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const { status, body } = await ask<T>(url, { headers })
      last = body
      if (status === 200 && isDone(body)) return body
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} did not come to an end within ${limitMs} ms: ${JSON.stringify(last)}`)
}
