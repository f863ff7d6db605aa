import type { ChannelTarget } from '../model/channel.ts'
import { driftMessage } from '../report/drift-report-message.ts'
import type { OutgoingMessage } from '../service/notifier.ts'
import type { Outgoing } from './exchange.ts'
import { signatureHeaders } from './signatures.ts'

/** Where a message is one request: all but the comments, which are looked for first. */
export type PostedTarget = Exclude<ChannelTarget<string>, { readonly kind: 'github' | 'gitlab' }>

/** The one request that a message is. `now`: milliseconds since the epoch. The body is the same at every attempt. */
export function messageRequest(target: PostedTarget, message: OutgoingMessage, now: number): Outgoing {
  const { payload } = driftMessage(target, message.report)
  switch (target.kind) {
    case 'slack':
    case 'teams':
    case 'discord':
      return post(target.url, payload)
    case 'slack-bot': {
      const { token, channel, apiUrl } = target
      const under = message.thread === null ? {} : { thread_ts: message.thread }
      const body = { channel, ...under, ...(payload as object) }
      return post(`${trimmed(apiUrl)}/chat.postMessage`, body, { authorization: `Bearer ${token}` })
    }
    case 'alertmanager': {
      const { url, token } = target
      return post(alertsUrl(url), payload, token === null ? {} : { authorization: `Bearer ${token}` })
    }
    case 'webhook': {
      const outgoing = post(target.url, payload, { 'webhook-id': message.id })
      if (target.signing === null) return outgoing
      const headers = signatureHeaders(target.signing, { id: message.id, body: outgoing.body, now })
      return { ...outgoing, headers: { ...outgoing.headers, ...headers } }
    }
  }
}

function post(
  url: string,
  payload: unknown,
  headers: Readonly<Record<string, string>> = {},
): Outgoing & { body: string } {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', accept: 'application/json', ...headers },
    body: JSON.stringify(payload),
  }
}

/** What is configured is the address of Alertmanager, with or without the path of its API. */
function alertsUrl(url: string): string {
  const base = trimmed(url)
  return base.endsWith('/api/v2/alerts') ? base : `${base}/api/v2/alerts`
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
