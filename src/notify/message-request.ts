import type { ChannelTarget } from '../model/channel.ts'
import { alertmanagerPayload } from '../report/drift-report-alertmanager.ts'
import { discordPayload } from '../report/drift-report-discord.ts'
import { slackPayload } from '../report/drift-report-slack.ts'
import { teamsPayload } from '../report/drift-report-teams.ts'
import { webhookPayload } from '../report/drift-report-webhook.ts'
import type { OutgoingMessage } from '../service/notifier.ts'
import type { Outgoing } from './exchange.ts'
import { signatureHeaders } from './signatures.ts'

/** Where a message is one request: all but the comments, which are looked for first. */
export type PostedTarget = Exclude<ChannelTarget<string>, { readonly kind: 'github' | 'gitlab' }>

/** The one request that a message is. `now`: milliseconds since the epoch. The body is the same at every attempt. */
export function messageRequest(target: PostedTarget, message: OutgoingMessage, now: number): Outgoing {
  const { report } = message
  switch (target.kind) {
    case 'slack':
      return post(target.url, slackPayload(report))
    case 'teams':
      return post(target.url, teamsPayload(report))
    case 'discord':
      return post(target.url, discordPayload(report))
    case 'slack-bot': {
      const { token, channel, apiUrl } = target
      const under = message.thread === null ? {} : { thread_ts: message.thread }
      const body = { channel, ...under, ...slackPayload(report) }
      return post(`${trimmed(apiUrl)}/chat.postMessage`, body, { authorization: `Bearer ${token}` })
    }
    case 'alertmanager': {
      const { url, token, validMs } = target
      return post(
        alertsUrl(url),
        alertmanagerPayload(report, validMs),
        token === null ? {} : { authorization: `Bearer ${token}` },
      )
    }
    case 'webhook': {
      const outgoing = post(target.url, webhookPayload(report), { 'webhook-id': message.id })
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
