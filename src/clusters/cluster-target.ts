import { newClusters, type Cluster } from '@kubernetes/client-node/dist/config_types.js'
import { digString } from '../model/json.ts'
import { dataOrFile, invalidContext, isTrue, pathIn } from './kubeconfig-fields.ts'
import type { Environment, Kubeconfig, KubeconfigEntry } from './kubeconfig-file.ts'
import { proxyFor } from './proxy.ts'
import { identityOf, impersonationOf, NO_IDENTITY, type Identity, type Impersonation } from './user-identity.ts'

/** What is needed to connect to the cluster of one context. Made anew for each use: two clusters never share one. */
export type ClusterTarget = {
  readonly context: string
  /** Ends without a slash; may have a path (a proxy in front of several clusters). */
  readonly server: string
  readonly tls: {
    readonly ca: Buffer | null
    readonly serverName: string | null
    readonly insecure: boolean
  }
  readonly proxy: string | null
  readonly identity: Identity
  readonly impersonate: Impersonation | null
}

/**
 * Resolves a context by kubectl's rules (k8s.io/client-go/tools/clientcmd DirectClientConfig): data before files, relative
 * paths against the folder of the kubeconfig that holds them, no credentials over plain http.
 * Throws `kubeconfig-invalid` naming the context, its file and line.
 */
export function targetOf(context: KubeconfigEntry, config: Kubeconfig, env: Environment): ClusterTarget {
  const cluster = definedCluster(context, config)
  const parsed = readCluster(context, cluster)
  const ca = dataOrFile(parsed.caData, pathIn(cluster, parsed.caFile), context, 'certificate-authority')
  if (ca !== null && parsed.skipTLSVerify) {
    throw invalidContext(context, 'has both a certificate authority and insecure-skip-tls-verify')
  }
  const server = serverOf(context, parsed.server, ca !== null || parsed.skipTLSVerify)
  const user = definedUser(context, config)
  const secure = server.startsWith('https:') ? user : undefined
  return {
    context: context.name,
    server,
    tls: { ca, serverName: parsed.tlsServerName || null, insecure: parsed.skipTLSVerify },
    proxy: proxyFor(server, parsed.proxyUrl || null, env),
    identity: secure ? identityOf({ context, user: secure, cluster, parsed: { ...parsed, server } }) : NO_IDENTITY,
    impersonate: secure ? impersonationOf(secure.fields, context) : null,
  }
}

function definedCluster(context: KubeconfigEntry, config: Kubeconfig): KubeconfigEntry {
  const name = digString(context.fields, 'cluster') ?? ''
  const cluster = config.clusters.get(name)
  if (!cluster) throw invalidContext(context, `names the cluster ${name || "''"}, which is not defined`)
  return cluster
}

function definedUser(context: KubeconfigEntry, config: Kubeconfig): KubeconfigEntry | undefined {
  const name = digString(context.fields, 'user') ?? ''
  const user = config.users.get(name)
  if (name !== '' && !user) throw invalidContext(context, `names the user ${name}, which is not defined`)
  return user
}

function readCluster(context: KubeconfigEntry, { name, fields }: KubeconfigEntry): Cluster {
  if (!digString(fields, 'server')) throw invalidContext(context, `names the cluster ${name}, which has no server`)
  const skip = isTrue(fields, 'insecure-skip-tls-verify')
  return newClusters([{ name, cluster: { ...fields, 'insecure-skip-tls-verify': skip } }])[0]!
}

function serverOf(context: KubeconfigEntry, server: string, secure: boolean): string {
  const url = URL.parse(server.includes('://') ? server : `${secure ? 'https' : 'http'}://${server}`)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalidContext(context, 'has a server that is no URL')
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}
