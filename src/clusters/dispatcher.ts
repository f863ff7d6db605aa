import { getCACertificates } from 'node:tls'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { ClusterTarget } from './cluster-target.ts'
import type { Credential } from './credentials.ts'

/** Connections per cluster; API servers count them, and two cores are busy with four. */
export const MAX_CONNECTIONS = 4
/** Bytes of one answer, compressed or not. */
export const MAX_BODY = 64 * 1024 * 1024
export const CONNECT_TIMEOUT_MS = 10_000

/** Opens the connection pool of one cluster and credential: HTTP/1.1, kept alive, at most {@link MAX_CONNECTIONS} sockets. */
export function openDispatcher(target: ClusterTarget, credential: Credential, connectTimeoutMs: number): Dispatcher {
  const { ca, insecure, serverName } = target.tls
  const tls = {
    allowH2: false,
    timeout: connectTimeoutMs,
    keepAliveInitialDelay: 30_000,
    rejectUnauthorized: !insecure,
    ca: ca === null ? publicAuthorities() : [ca],
    ...(serverName === null ? {} : { servername: serverName }),
    ...credential.certificate,
  }
  const pool = {
    allowH2: false,
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    maxResponseSize: MAX_BODY,
    connectTimeout: connectTimeoutMs,
    // The transport's own timer covers the whole request; these would only add two more timers to each.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  if (target.proxy === null) return new Agent({ ...pool, connect: tls })
  return new ProxyAgent({ ...pool, uri: target.proxy, requestTls: tls })
}

/** Without a certificate-authority in the kubeconfig: those of Node and, as kubectl has it, those of the machine. */
function publicAuthorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
}
