/**
 * How each failure is told: HTTP status, exit code, whether trying again can help, and what the reader can do. The one table of error
 * codes.
 */
export type ErrorSpec = {
  readonly status: number
  readonly exit: number
  readonly retry: boolean
  readonly hint: string
}

export const ERRORS = {
  'input-invalid': { status: 400, exit: 2, retry: false, hint: 'Run flux-compare --help for the arguments and flags.' },
  'context-unknown': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'List what the kubeconfig offers with: flux-compare clusters',
  },
  'no-clusters': {
    status: 503,
    exit: 2,
    retry: false,
    hint: 'Name a kubeconfig with --kubeconfig or KUBECONFIG, or try: flux-compare demo',
  },
  'same-side-twice': {
    status: 400,
    exit: 2,
    retry: false,
    hint: 'Name two different clusters, or one cluster at two times: CLUSTER@previous CLUSTER',
  },
  'kubeconfig-invalid': { status: 500, exit: 2, retry: false, hint: 'Check the file with: kubectl config view' },
  'file-unreadable': { status: 500, exit: 2, retry: false, hint: 'Check that the path exists and may be read.' },
  'file-invalid': {
    status: 400,
    exit: 2,
    retry: false,
    hint: 'Correct the document at the line named, or leave the file out.',
  },
  'config-invalid': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Correct each line that is listed; docs/config.md and docs/rules.md tell every key.',
  },
  'snapshot-unknown': { status: 404, exit: 2, retry: false, hint: 'List what is kept with: flux-compare history' },
  'cluster-unreachable': {
    status: 502,
    exit: 2,
    retry: true,
    hint: 'Check the network, VPN and proxy, and try: kubectl --context CONTEXT version',
  },
  'cluster-timeout': {
    status: 504,
    exit: 2,
    retry: true,
    hint: 'Try again, or allow more time with --timeout and --request-timeout.',
  },
  'cluster-unauthorized': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Log in to the cluster first, then try: kubectl --context CONTEXT auth whoami',
  },
  'cluster-forbidden': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Grant the verb that is named, or narrow the comparison with -n or --kind.',
  },
  'cluster-tls': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Check certificate-authority and tls-server-name of the cluster in the kubeconfig.',
  },
  'response-invalid': {
    status: 502,
    exit: 2,
    retry: true,
    hint: 'Something between here and the API server answered in its place: check proxies and login pages.',
  },
  'credential-plugin-failed': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Run the plugin by hand, and log in first if it asks for it.',
  },
  'flux-not-found': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Check that this is the right cluster, and that Flux is installed: flux check',
  },
  'history-unavailable': {
    status: 503,
    exit: 2,
    retry: false,
    hint: 'Check the folder of the database and its rights, or run with --no-history.',
  },
  'history-corrupt': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Move the file away or restore a backup of it, or run with --no-history.',
  },
  'key-unavailable': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Check the key file and its rights (0600); without it, secret values of past snapshots are unknown.',
  },
  'not-found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'Check the name or id; a list of what there is comes from the collection above it.',
  },
  'not-finished': {
    status: 409,
    exit: 2,
    retry: true,
    hint: 'Ask again when the run is done; its state says how far it is.',
  },
  unauthenticated: { status: 401, exit: 2, retry: false, hint: 'Send a valid token: Authorization: Bearer TOKEN' },
  forbidden: { status: 403, exit: 2, retry: false, hint: 'Use a token whose scope allows this.' },
  'method-not-allowed': { status: 405, exit: 2, retry: false, hint: 'Use one of the methods that Allow names.' },
  'not-acceptable': { status: 406, exit: 2, retry: false, hint: 'Ask for another format by Accept or ?format=.' },
  'body-too-large': {
    status: 413,
    exit: 2,
    retry: false,
    hint: 'Send less: name what is wanted by labels, not one by one.',
  },
  'media-type-unsupported': { status: 415, exit: 2, retry: false, hint: 'Send Content-Type: application/json' },
  'host-refused': {
    status: 421,
    exit: 2,
    retry: false,
    hint: 'Use the address that the service listens on, such as http://127.0.0.1:8080.',
  },
  'idempotency-mismatch': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Use a new Idempotency-Key for another request.',
  },
  'rate-limited': { status: 429, exit: 2, retry: true, hint: 'Wait as long as Retry-After says.' },
  'service-unreachable': {
    status: 502,
    exit: 2,
    retry: true,
    hint: 'Check the address, and that the service runs: curl URL/healthz',
  },
  'queue-full': { status: 429, exit: 2, retry: true, hint: 'Wait until running jobs are done, as Retry-After says.' },
  'queue-unavailable': { status: 503, exit: 2, retry: true, hint: 'Check Redis and its URL; reads go on meanwhile.' },
  'snapshot-too-large': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Narrow the cluster to some namespaces in the configuration.',
  },
  'comparison-too-large': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Compare parts of it: with -n or --kind, or without what is composed: --layer presence,spec,metadata,data,install',
  },
  'handover-invalid': {
    status: 502,
    exit: 2,
    retry: true,
    hint: 'Run the same version of flux-compare everywhere, and let nobody else write into its Redis.',
  },
  'key-mismatch': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'Give all collectors the fingerprint key of the service (FLUX_COMPARE_KEY_FILE or key in the configuration).',
  },
  'identity-changed': {
    status: 502,
    exit: 2,
    retry: false,
    hint: 'The name leads to another cluster than before. Check the kubeconfig, or give the new cluster a new name.',
  },
  'listen-failed': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Choose another address with --listen or server.listen, or end what uses it.',
  },
  'output-failed': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Check the space and the rights where the output goes.',
  },
  interrupted: { status: 503, exit: 130, retry: true, hint: 'Nothing was stored; run it again.' },
  internal: {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'This is a fault of flux-compare: please report it with the command and the version.',
  },
} as const satisfies Record<string, ErrorSpec>

export type ErrorCode = keyof typeof ERRORS

/** An error as data: what `clusters[].error` of a comparison holds. Never carries a response body, header or credential. */
export type ErrorDocument = { readonly code: ErrorCode; readonly message: string; readonly hint: string }

/**
 * The one class that is thrown. `message` says what happened to which cluster, object or file; it must hold no secret,
 * so text of others (server messages, plugin output) is scrubbed or left out before it gets here.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint ?? ERRORS[code].hint
  }

  toDocument(): ErrorDocument {
    return { code: this.code, message: this.message, hint: this.hint }
  }
}

/** Whatever was caught, as an AppError; a foreign error becomes `internal` without its text, which may hold secrets. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const name = error instanceof Error ? error.name : typeof error
  return new AppError('internal', `unexpected ${name}`, { cause: error })
}
