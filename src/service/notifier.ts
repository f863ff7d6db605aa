import type { DriftReport } from '../model/drift-report.ts'

/** Why a message was not taken: a class of ours, never a text of the receiver, which could hold the address. */
export const SEND_REASONS = {
  'rate-limited': 'asked to wait (429)',
  'server-error': 'answered with a server error',
  'answer-invalid': 'answered with what cannot be understood',
  timeout: 'gave no complete answer in time',
  unreachable: 'cannot be reached',
  tls: 'has no valid certificate',
  unauthorized: 'refused the credentials (401 or 403)',
  gone: 'does not exist any more (404 or 410)',
  redirected: 'answered with a redirect, which is never followed',
  'payload-refused': 'refused the message',
  'address-refused': 'has an address that is not allowed (loopback, private or link-local) without allowPrivate',
  'url-invalid': 'has an address that is no https URL (http needs allowHttp), or that holds a password',
  'secret-missing': 'has a secret that cannot be read: a variable that is not set, or a file that is not there',
  'channel-unknown': 'is not configured any more',
  internal: 'got no message: a fault of flux-compare',
} as const
export type SendReason = keyof typeof SEND_REASONS

export type SendOutcome =
  /** `reference`: what a later message may refer to (the thread of a Slack message); null: nothing. */
  | { readonly result: 'sent'; readonly reference: string | null }
  /** `afterMs`: what Retry-After says; null: nothing. */
  | { readonly result: 'retry'; readonly reason: SendReason; readonly afterMs: number | null }
  /** `disables`: whether no other message could get there either. */
  | { readonly result: 'permanent'; readonly reason: SendReason; readonly disables: boolean }

export type OutgoingMessage = {
  /** The same at every attempt. */
  readonly id: string
  /** Name of the channel. */
  readonly channel: string
  readonly report: DriftReport
  /** `reference` of the message that this one belongs under; null: none. */
  readonly thread: string | null
}

/** Sends one message once. Never rejects: what went wrong is in the outcome. */
export type Notifier = { readonly send: (message: OutgoingMessage, signal: AbortSignal) => Promise<SendOutcome> }
