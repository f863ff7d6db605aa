import type { Channel } from '../model/channel.ts'
import type { Notifier, OutgoingMessage, SendOutcome } from '../service/notifier.ts'
import { lasting, slackOutcome, troubleOf } from './classify.ts'
import { sendComment } from './comment.ts'
import { exchange, type ExchangeOptions } from './exchange.ts'
import { messageRequest } from './message-request.ts'

export type NotifierOptions = {
  /**
   * The channel of that name with its secrets, read anew for each message since files with secrets are replaced; null: there is none. May
   * throw where a secret cannot be read.
   */
  readonly channel: (name: string) => Channel<string> | null
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** PEM texts; null: the authorities of Node and of the machine. */
  readonly authorities?: readonly string[] | null
  readonly timeoutMs?: number
}

/** For each request, from the look-up to the end of the answer. */
export const SEND_TIMEOUT_MS = 10_000

/**
 * The one sender of all channels: one message, one attempt, one outcome. The addresses and tokens of channels reach nothing but the
 * request itself.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  return {
    send: async (message, signal) => {
      const channel = readChannel(message.channel, options)
      if (channel === 'unreadable') return { result: 'retry', reason: 'secret-missing', afterMs: null }
      if (channel === null) return lasting('channel-unknown')
      try {
        return await sendTo(channel, message, options, signal)
      } catch {
        // Whatever it says may hold the address or a token.
        return { result: 'retry', reason: 'internal', afterMs: null }
      }
    },
  }
}

function readChannel(name: string, options: NotifierOptions): Channel<string> | 'unreadable' | null {
  try {
    return options.channel(name)
  } catch {
    return 'unreadable'
  }
}

async function sendTo(
  { allowHttp, allowPrivate, target }: Channel<string>,
  message: OutgoingMessage,
  options: NotifierOptions,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const now = options.now()
  const conditions: ExchangeOptions = {
    allowHttp,
    allowPrivate,
    authorities: options.authorities ?? null,
    timeoutMs: options.timeoutMs ?? SEND_TIMEOUT_MS,
    signal,
  }
  if (target.kind === 'github' || target.kind === 'gitlab') {
    return sendComment(target, message.report, (outgoing) => exchange(outgoing, conditions), now)
  }
  const exchanged = await exchange(messageRequest(target, message, now), conditions)
  const trouble = troubleOf(exchanged, now)
  if (trouble) return trouble
  const isSlackApi = target.kind === 'slack-bot' && 'answer' in exchanged
  return isSlackApi ? slackOutcome(exchanged.answer) : { result: 'sent', reference: null }
}
