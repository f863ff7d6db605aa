import { sep } from 'node:path'
import { newUsers, type Cluster, type User } from '@kubernetes/client-node/dist/config_types.js'
import { digArray, digString, isJsonArray, isJsonObject, own, type Json, type JsonObject } from '../model/json.ts'
import { dataOrFile, invalidContext, isTrue, pathIn } from './kubeconfig-fields.ts'
import type { KubeconfigEntry } from './kubeconfig-file.ts'

/** How the user proves who they are: by at most one of the ways below, and besides by a client certificate. */
export type Identity = {
  readonly certificate: { readonly cert: Buffer; readonly key: Buffer } | null
  readonly token: string | null
  readonly tokenFile: string | null
  readonly basic: { readonly username: string; readonly password: string } | null
  readonly exec: ExecConfig | null
  /** Legacy `auth-provider`, with the entries that client-node needs to log in with it. */
  readonly provider: { readonly cluster: Cluster; readonly user: User } | null
}

export type ExecConfig = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly apiVersion: string
  readonly interactiveMode: string
  readonly installHint: string | null
  /** What KUBERNETES_EXEC_INFO says of the cluster; null where the plugin does not ask for it. */
  readonly cluster: JsonObject | null
}

export type Impersonation = {
  readonly user: string
  readonly uid: string | null
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

export const NO_IDENTITY: Identity = {
  certificate: null,
  token: null,
  tokenFile: null,
  basic: null,
  exec: null,
  provider: null,
}

export type IdentityEntries = {
  readonly context: KubeconfigEntry
  readonly user: KubeconfigEntry
  readonly cluster: KubeconfigEntry
  /** The cluster as client-node wants it. */
  readonly parsed: Cluster
}

/**
 * Reads a user entry by the precedence of client-go: a token or password before plugins, data before files.
 * Throws `kubeconfig-invalid` where kubectl refuses too.
 */
export function identityOf({ context, user: entry, cluster, parsed }: IdentityEntries): Identity {
  // client-node would read a file named by `token-file`, a field that kubeconfigs do not have.
  const { 'token-file': _ignored, ...fields } = entry.fields
  const user = newUsers([{ name: entry.name, user: fields }])[0]!
  const certificate = certificateOf(user, entry, context)
  const token = user.token || null
  const tokenFile = pathIn(entry, digString(fields, 'tokenFile'))
  const basic = user.username ? { username: user.username, password: user.password ?? '' } : null
  if (token !== null || tokenFile !== null) {
    if (basic) throw invalidContext(context, 'has both a token and a password')
    return { ...NO_IDENTITY, certificate, token, tokenFile }
  }
  if (basic) return { ...NO_IDENTITY, certificate, basic }
  const exec = own(fields, 'exec')
  if (isJsonObject(exec))
    return { ...NO_IDENTITY, certificate, exec: execOf(exec, { context, user: entry, cluster, parsed }) }
  const provider = user.authProvider ? { cluster: parsed, user: structuredClone(user) } : null
  return { ...NO_IDENTITY, certificate, provider }
}

function certificateOf(user: User, entry: KubeconfigEntry, context: KubeconfigEntry): Identity['certificate'] {
  const cert = dataOrFile(user.certData, pathIn(entry, user.certFile), context, 'client-certificate')
  const key = dataOrFile(user.keyData, pathIn(entry, user.keyFile), context, 'client-key')
  if (cert && key) return { cert, key }
  if (cert === null && key === null) return null
  throw invalidContext(context, 'has a client certificate without its key, or the reverse')
}

function execOf(exec: JsonObject, { context, user, cluster }: IdentityEntries): ExecConfig {
  const command = digString(exec, 'command')
  if (!command) throw invalidContext(context, 'has an exec plugin without a command')
  const hasFolder = command.includes('/') || command.includes(sep)
  const env = digArray(exec, 'env').map(
    (item) => [digString(item, 'name') ?? '', digString(item, 'value') ?? ''] as const,
  )
  return {
    command: hasFolder ? (pathIn(user, command) ?? command) : command,
    args: digArray(exec, 'args').map(String),
    env: Object.fromEntries(env.filter(([name]) => name !== '')),
    apiVersion: digString(exec, 'apiVersion') ?? '',
    interactiveMode: digString(exec, 'interactiveMode') ?? 'IfAvailable',
    installHint: digString(exec, 'installHint') ?? null,
    cluster: isTrue(exec, 'provideClusterInfo') ? execCluster(context, cluster) : null,
  }
}

/** `spec.cluster` of an ExecCredential. Source: k8s.io/client-go/pkg/apis/clientauthentication Cluster. */
function execCluster(context: KubeconfigEntry, entry: KubeconfigEntry): JsonObject {
  const { fields } = entry
  const text = (key: string): string | undefined => digString(fields, key)
  const caFile = pathIn(entry, text('certificate-authority'))
  const ca = dataOrFile(text('certificate-authority-data'), caFile, context, 'certificate-authority')
  const extension = digArray(fields, 'extensions').find(
    (item) => digString(item, 'name') === 'client.authentication.k8s.io/exec',
  )
  return withoutMissing({
    server: text('server'),
    'tls-server-name': text('tls-server-name'),
    'insecure-skip-tls-verify': isTrue(fields, 'insecure-skip-tls-verify') || undefined,
    'certificate-authority-data': ca?.toString('base64'),
    'proxy-url': text('proxy-url'),
    config: own(extension, 'extension'),
  })
}

function withoutMissing(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, Json] => field[1] !== undefined))
}

/** `as`, `as-uid`, `as-groups` and `as-user-extra` of a user entry. Throws `kubeconfig-invalid` for groups without a user. */
export function impersonationOf(fields: JsonObject, context: KubeconfigEntry): Impersonation | null {
  const user = digString(fields, 'as') ?? ''
  const uid = digString(fields, 'as-uid') || null
  const groups = digArray(fields, 'as-groups').map(String)
  const extra = extraOf(own(fields, 'as-user-extra'))
  if (user !== '') return { user, uid, groups, extra }
  if (uid === null && groups.length === 0 && Object.keys(extra).length === 0) return null
  throw invalidContext(context, 'impersonates groups without a user')
}

function extraOf(value: Json | undefined): Record<string, string[]> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, values]) => [name, isJsonArray(values) ? values.map(String) : []]),
  )
}
