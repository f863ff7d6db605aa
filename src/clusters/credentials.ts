import { readFile } from 'node:fs/promises'
import { AppError } from '../model/errors.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { runExecPlugin } from './exec-plugin.ts'
import type { Environment } from './kubeconfig-file.ts'
import { loginWithProvider } from './login-provider.ts'
import type { Impersonation } from './user-identity.ts'

/** What one request carries. A new object each time the credential changes, so that it can be told which one was refused. */
export type Credential = {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly certificate: { readonly cert: Buffer; readonly key: Buffer } | null
  /** Milliseconds; null: until refused. */
  readonly expiresAt: number | null
}

/** The credentials of one cluster. */
export type Credentials = {
  /** The credential to use now; obtained once however many ask at the same time. */
  readonly current: () => Promise<Credential>
  /** After a 401: a fresh one in place of `refused`, or null where it can only be the same again. */
  readonly renew: (refused: Credential) => Promise<Credential | null>
}

export type CredentialOptions = {
  readonly env: Environment
  readonly signal: AbortSignal
  readonly pluginTimeoutMs: number
  readonly now: () => number
}

/** How long a token file is believed; client-go's CachedFileTokenSource reads it again about as often. */
const FILE_TTL_MS = 10_000

/** Makes the credentials of a target; nothing is read or run before the first request. Rejections are AppErrors without secrets. */
export function createCredentials(target: ClusterTarget, options: CredentialOptions): Credentials {
  const common = impersonationHeaders(target.impersonate)
  let held: Credential | null = null
  let pending: Promise<Credential> | null = null
  const obtain = (): Promise<Credential> => {
    pending ??= obtainCredential(target, common, options)
      .then((credential) => {
        // One that has already expired is used until it is refused, instead of running a plugin for every request.
        const expired = credential.expiresAt !== null && credential.expiresAt <= options.now()
        held = expired ? { ...credential, expiresAt: null } : credential
        return held
      })
      .finally(() => {
        pending = null
      })
    return pending
  }
  return {
    current: async () => {
      if (held !== null && (held.expiresAt === null || held.expiresAt > options.now())) return held
      return obtain()
    },
    renew: async (refused) => {
      if (!isRenewable(target)) return null
      return held !== null && held !== refused ? held : obtain()
    },
  }
}

function isRenewable({ identity }: ClusterTarget): boolean {
  return identity.tokenFile !== null || identity.exec !== null || identity.provider !== null
}

async function obtainCredential(
  target: ClusterTarget,
  common: Credential['headers'],
  options: CredentialOptions,
): Promise<Credential> {
  const { identity } = target
  const withHeader = (authorization: string | null, expiresAt: number | null = null): Credential => ({
    headers: authorization === null ? common : { ...common, authorization },
    certificate: identity.certificate,
    expiresAt,
  })
  if (identity.tokenFile !== null) {
    const token = (await readToken(identity.tokenFile, target.context)) ?? identity.token
    return withHeader(token === null ? null : `Bearer ${token}`, options.now() + FILE_TTL_MS)
  }
  if (identity.token !== null) return withHeader(`Bearer ${identity.token}`)
  if (identity.basic !== null) {
    const { username, password } = identity.basic
    return withHeader(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
  }
  if (identity.exec !== null) {
    const { context } = target
    const answer = await runExecPlugin(identity.exec, { ...options, context, timeoutMs: options.pluginTimeoutMs })
    const credential = withHeader(answer.token === null ? null : `Bearer ${answer.token}`, answer.expiresAt)
    return { ...credential, certificate: answer.certificate ?? credential.certificate }
  }
  if (identity.provider !== null)
    return withHeader(await loginWithProvider(identity.provider, target.context, options.pluginTimeoutMs))
  return withHeader(null)
}

async function readToken(file: string, context: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim() || null
  } catch (error) {
    throw new AppError('kubeconfig-invalid', `context ${context}: tokenFile ${file} cannot be read`, { cause: error })
  }
}

/** Source of the header names and of the escaping of extra keys: k8s.io/client-go/transport impersonatingRoundTripper. */
function impersonationHeaders(impersonate: Impersonation | null): Credential['headers'] {
  if (impersonate === null) return {}
  const extra = Object.entries(impersonate.extra).map(
    ([key, values]) => [`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`, [...values]] as const,
  )
  return {
    'impersonate-user': impersonate.user,
    ...(impersonate.uid === null ? {} : { 'impersonate-uid': impersonate.uid }),
    ...(impersonate.groups.length === 0 ? {} : { 'impersonate-group': [...impersonate.groups] }),
    ...Object.fromEntries(extra),
  }
}
