import { spawn, type ChildProcess } from 'node:child_process'
import { basename } from 'node:path'
import { AppError } from '../model/errors.ts'
import { dig, digString, isJsonObject, type Json } from '../model/json.ts'
import type { Environment } from './kubeconfig-file.ts'
import type { ExecConfig } from './user-identity.ts'

export type ExecCredential = {
  readonly token: string | null
  readonly certificate: { readonly cert: Buffer; readonly key: Buffer } | null
  /** Time in milliseconds from which on it may not be used; null: until the server refuses it. */
  readonly expiresAt: number | null
}

export type ExecOptions = {
  readonly context: string
  readonly env: Environment
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const MAX_OUTPUT = 1024 * 1024
const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/**
 * Runs a credential plugin once, without a terminal and with a time limit, as k8s.io/client-go/plugin/pkg/client/auth/exec
 * asks it for credentials. What the plugin prints never reaches an error text: it may hold tokens.
 * Throws `credential-plugin-failed` naming the plugin and the context, or `interrupted`.
 */
export async function runExecPlugin(config: ExecConfig, options: ExecOptions): Promise<ExecCredential> {
  const failed = (what: string, hint?: string): AppError =>
    new AppError(
      'credential-plugin-failed',
      `credential plugin ${printable(basename(config.command))} of context ${options.context} ${what}`,
      hint === undefined ? {} : { hint },
    )
  if (!VERSIONS.includes(config.apiVersion)) throw failed('asks for an API version that is not supported')
  if (config.interactiveMode === 'Always') throw failed('needs a terminal: log in first')
  const outcome = await runProcess(config, options)
  if (options.signal.aborted) throw new AppError('interrupted', `interrupted while logging in to ${options.context}`)
  switch (outcome.ended) {
    case 'missing':
      throw failed('is not installed', config.installHint === null ? undefined : printable(config.installHint))
    case 'timeout':
      throw failed(`gave no answer within ${Math.round(options.timeoutMs / 1000)} s: log in first`)
    case 'failed':
      throw failed(`failed${outcome.code === null ? '' : ` with exit code ${outcome.code}`}: log in first`)
    case 'done': {
      const credential = readCredential(outcome.output, config.apiVersion)
      if (credential === null) throw failed('gave no credential: log in first')
      return credential
    }
  }
}

type Outcome =
  | { readonly ended: 'done'; readonly output: string }
  | { readonly ended: 'failed'; readonly code: number | null }
  | { readonly ended: 'missing' | 'timeout' }

function runProcess(config: ExecConfig, { env, timeoutMs, signal }: ExecOptions): Promise<Outcome> {
  const info = {
    apiVersion: config.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(config.cluster === null ? {} : { cluster: config.cluster }) },
  }
  // A process group of its own, so that children of a script end with it, and no terminal on which it could ask for a password.
  const child = spawn(config.command, [...config.args], {
    env: { ...env, ...config.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  return new Promise((resolve) => {
    let output = ''
    const end = (outcome: Outcome): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', interrupt)
      child.stdout?.destroy()
      resolve(outcome)
    }
    const stop = (outcome: Outcome): void => {
      killGroup(child)
      end(outcome)
    }
    const interrupt = (): void => stop({ ended: 'failed', code: null })
    const timer = setTimeout(() => stop({ ended: 'timeout' }), timeoutMs)
    signal.addEventListener('abort', interrupt, { once: true })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > MAX_OUTPUT) stop({ ended: 'failed', code: null })
    })
    child.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ENOENT' ? { ended: 'missing' } : { ended: 'failed', code: null }),
    )
    child.on('close', (code) => end(code === 0 ? { ended: 'done', output } : { ended: 'failed', code }))
    if (signal.aborted) interrupt()
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function readCredential(output: string, apiVersion: string): ExecCredential | null {
  const answer = parse(output)
  if (!isJsonObject(answer) || digString(answer, 'kind') !== 'ExecCredential') return null
  if (digString(answer, 'apiVersion') !== apiVersion) return null
  const status = dig(answer, 'status')
  const token = digString(status, 'token')?.trim() || null
  const certificate = certificateOf(status)
  if (token === null && certificate === null) return null
  const expires = Date.parse(digString(status, 'expirationTimestamp') ?? '')
  return { token, certificate, expiresAt: Number.isNaN(expires) ? null : expires }
}

function certificateOf(status: Json | undefined): ExecCredential['certificate'] {
  const cert = digString(status, 'clientCertificateData')
  const key = digString(status, 'clientKeyData')
  return cert && key ? { cert: Buffer.from(cert), key: Buffer.from(key) } : null
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

/** Text of a kubeconfig for a terminal: no control or direction-changing characters, one line, bounded. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 500)
}
