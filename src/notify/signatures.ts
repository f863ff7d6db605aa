import { createHmac } from 'node:crypto'
import type { WebhookSigning } from '../model/channel.ts'

export type Signed = { readonly id: string; readonly body: string; readonly now: number }

/**
 * The headers by which a receiver knows that the body is ours. `standard`: Standard Webhooks 1.0 (HMAC-SHA256 over `id.seconds.body`, a
 * key after `whsec_` in base64, any other text as it is). `flux-hmac`: as the generic-hmac provider of Flux sends and its Receiver of
 * that type checks; it signs no time, so a message can be sent again by whoever saw it.
 */
export function signatureHeaders(signing: WebhookSigning<string>, { id, body, now }: Signed): Record<string, string> {
  if (signing.scheme === 'flux-hmac') {
    return { 'x-signature': `sha256=${createHmac('sha256', signing.key).update(body).digest('hex')}` }
  }
  const seconds = String(Math.floor(now / 1000))
  const signatures = signing.keys.map((key) => {
    const digest = createHmac('sha256', keyBytes(key)).update(`${id}.${seconds}.${body}`).digest('base64')
    return `v1,${digest}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') }
}

function keyBytes(key: string): Buffer {
  return key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key)
}
