import { AppError } from '../model/errors.ts'
import { errorCodes } from '../model/error-codes.ts'

/** Why a request gave no answer that can be used. */
export type Fault = {
  readonly kind: 'dns' | 'connect-timeout' | 'timeout' | 'network' | 'tls' | 'proxy' | 'broken-body' | 'invalid'
  /** For people; holds nothing of the answer. */
  readonly message: string
}

const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'])
const BODY = new Set([
  'Z_DATA_ERROR',
  'Z_BUF_ERROR',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ERR_STREAM_PREMATURE_CLOSE',
])
const TLS_TEXTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (check the clock)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not trusted',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the certificate-authority of the kubeconfig',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  EPROTO: 'it does not speak TLS as expected',
}
const NETWORK_TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
}

/** Classifies what undici, TLS or zlib threw; null where it is none of theirs, and so a fault of ours. */
export function faultOf(error: unknown): Fault | null {
  const codes = errorCodes(error)
  const code = codes.find((known) => known in TLS_TEXTS || /^(?:ERR_SSL_|ERR_TLS_|CERT_)/.test(known))
  if (code !== undefined) return { kind: 'tls', message: tlsText(code) }
  if (codes.some((known) => DNS.has(known))) return { kind: 'dns', message: 'its host name cannot be resolved' }
  if (codes.includes('UND_ERR_CONNECT_TIMEOUT'))
    return { kind: 'connect-timeout', message: 'it does not accept connections' }
  if (codes.includes('UND_ERR_RES_EXCEEDED_MAX_SIZE') || codes.includes('ERR_BUFFER_TOO_LARGE')) {
    return { kind: 'invalid', message: 'an answer was larger than 64 MiB' }
  }
  if (codes.some((known) => BODY.has(known))) return { kind: 'broken-body', message: 'an answer was cut or damaged' }
  if (codes.some((known) => known.startsWith('HPE_'))) return { kind: 'invalid', message: 'it does not answer in HTTP' }
  if (
    codes.some((known) => known.startsWith('UND_ERR_PRX') || (known === 'UND_ERR_ABORTED' && isProxyRefusal(error)))
  ) {
    return { kind: 'proxy', message: 'the proxy refused the connection' }
  }
  const network = codes.find((known) => known in NETWORK_TEXTS)
  return network === undefined ? null : { kind: 'network', message: NETWORK_TEXTS[network]! }
}

function tlsText(code: string): string {
  if (/ALERT.*CERTIFICATE|ALERT_(?:UNKNOWN_CA|BAD_CERT)/.test(code)) return 'it refused the client certificate'
  return TLS_TEXTS[code] ?? 'no secure connection could be made'
}

function isProxyRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Proxy response')
}

/** The error that is told for a fault that trying again did not cure. `subject` names the cluster, `server` is its URL. */
export function errorOfFault(fault: Fault, subject: string, server: string): AppError {
  const message = `${subject}: ${fault.message}`
  switch (fault.kind) {
    case 'tls':
      return new AppError('cluster-tls', `${message} (${server})`)
    case 'connect-timeout':
    case 'dns':
    case 'network':
    case 'proxy':
      return new AppError('cluster-unreachable', `${message} (${server})`)
    case 'timeout':
      return new AppError('cluster-timeout', message)
    case 'broken-body':
    case 'invalid':
      return new AppError('response-invalid', message)
  }
}
