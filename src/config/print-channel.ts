import type { ChannelConfig } from './sections/channels.ts'
import { writeLongDuration } from './durations.ts'

type Written = { readonly [key: string]: unknown }

/** A channel as it would be written in the file; of its secrets it says where they are. */
export function channelDocument({ name, allowHttp, allowPrivate, target }: ChannelConfig): Written {
  return { name, ...targetDocument(target), allowHttp, allowPrivate }
}

function targetDocument(target: ChannelConfig['target']): Written {
  switch (target.kind) {
    case 'slack':
    case 'teams':
    case 'discord':
      return { [target.kind]: { urlFrom: target.url } }
    case 'slack-bot':
      return { slackBot: { tokenFrom: target.token, channel: target.channel, apiUrl: target.apiUrl } }
    case 'webhook':
      return { webhook: { urlFrom: target.url, ...signingDocument(target.signing) } }
    case 'alertmanager': {
      const token = target.token === null ? {} : { tokenFrom: target.token }
      return { alertmanager: { urlFrom: target.url, ...token, validFor: writeLongDuration(target.validMs) } }
    }
    case 'github':
    case 'gitlab': {
      const { kind, token, ...place } = target
      return { [kind]: { tokenFrom: token, ...place } }
    }
  }
}

function signingDocument(signing: Extract<ChannelConfig['target'], { kind: 'webhook' }>['signing']): Written {
  if (signing === null) return {}
  if (signing.scheme === 'flux-hmac') return { signature: 'flux-hmac', secretFrom: signing.key }
  const [key, former] = signing.keys
  return { signature: 'standard', secretFrom: key, ...(former === undefined ? {} : { formerSecretFrom: former }) }
}
