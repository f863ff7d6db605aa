/** How each failure is told: exit code, whether trying again can help, and what the reader can do. The one table of error codes. */
export type ErrorSpec = { readonly exit: number; readonly retry: boolean; readonly hint: string }

export const ERRORS = {
  'input-invalid': { exit: 2, retry: false, hint: 'Run flux-compare --help for the arguments and flags.' },
  'context-unknown': { exit: 2, retry: false, hint: 'List what the kubeconfig offers with: flux-compare clusters' },
  'no-clusters': {
    exit: 2,
    retry: false,
    hint: 'Name a kubeconfig with --kubeconfig or KUBECONFIG, or try: flux-compare demo',
  },
  'same-side-twice': {
    exit: 2,
    retry: false,
    hint: 'Name two different clusters, or one cluster at two times: CLUSTER@previous CLUSTER',
  },
  'kubeconfig-invalid': { exit: 2, retry: false, hint: 'Check the file with: kubectl config view' },
  'file-unreadable': { exit: 2, retry: false, hint: 'Check that the path exists and may be read.' },
  'file-invalid': { exit: 2, retry: false, hint: 'Correct the document at the line named, or leave the file out.' },
  'snapshot-unknown': { exit: 2, retry: false, hint: 'List what is kept with: flux-compare history' },
  'cluster-unreachable': {
    exit: 2,
    retry: true,
    hint: 'Check the network, VPN and proxy, and try: kubectl --context CONTEXT version',
  },
  'cluster-timeout': {
    exit: 2,
    retry: true,
    hint: 'Try again, or allow more time with --timeout and --request-timeout.',
  },
  'cluster-unauthorized': {
    exit: 2,
    retry: false,
    hint: 'Log in to the cluster first, then try: kubectl --context CONTEXT auth whoami',
  },
  'cluster-forbidden': {
    exit: 2,
    retry: false,
    hint: 'Grant the verb that is named, or narrow the comparison with -n or --kind.',
  },
  'cluster-tls': {
    exit: 2,
    retry: false,
    hint: 'Check certificate-authority and tls-server-name of the cluster in the kubeconfig.',
  },
  'response-invalid': {
    exit: 2,
    retry: true,
    hint: 'Something between here and the API server answered in its place: check proxies and login pages.',
  },
  'credential-plugin-failed': {
    exit: 2,
    retry: false,
    hint: 'Run the plugin by hand, and log in first if it asks for it.',
  },
  'flux-not-found': {
    exit: 2,
    retry: false,
    hint: 'Check that this is the right cluster, and that Flux is installed: flux check',
  },
  'history-unavailable': {
    exit: 2,
    retry: false,
    hint: 'Check the folder of the database and its rights, or run with --no-history.',
  },
  'history-corrupt': {
    exit: 2,
    retry: false,
    hint: 'Move the file away or restore a backup of it, or run with --no-history.',
  },
  'key-unavailable': {
    exit: 2,
    retry: false,
    hint: 'Check the key file and its rights (0600); without it, secret values of past snapshots are unknown.',
  },
  'output-failed': { exit: 2, retry: false, hint: 'Check the space and the rights where the output goes.' },
  interrupted: { exit: 130, retry: true, hint: 'Nothing was stored; run it again.' },
  internal: {
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
