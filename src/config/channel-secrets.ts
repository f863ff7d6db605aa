import type { Channel, ChannelTarget } from '../model/channel.ts'
import type { Config, Environment } from './config.ts'
import { readSecret } from './secret-source.ts'
import type { SecretSource } from './words.ts'

/**
 * The channel of that name with its secrets read from where they are, for the sender alone: never to be logged or kept. Null where there
 * is none. Throws `config-invalid` naming the variable or file.
 */
export function channelWithSecrets(
  { channels }: Pick<Config, 'channels'>,
  name: string,
  env: Environment,
): Channel<string> | null {
  const channel = channels.find((one) => one.name === name)
  if (!channel) return null
  return { ...channel, target: mapSecrets(channel.target, (source) => readSecret(source, env)) }
}

/** Where the secrets of a channel are. */
export function secretsOfChannel({ target }: Channel<SecretSource>): SecretSource[] {
  const found: SecretSource[] = []
  mapSecrets(target, (source) => found.push(source))
  return found
}

function mapSecrets<From, To>(target: ChannelTarget<From>, map: (secret: From) => To): ChannelTarget<To> {
  switch (target.kind) {
    case 'slack':
    case 'teams':
    case 'discord':
      return { kind: target.kind, url: map(target.url) }
    case 'slack-bot':
    case 'github':
    case 'gitlab':
      return { ...target, token: map(target.token) }
    case 'alertmanager':
      return { ...target, url: map(target.url), token: target.token === null ? null : map(target.token) }
    case 'webhook': {
      const url = map(target.url)
      const { signing } = target
      if (signing === null) return { kind: 'webhook', url, signing: null }
      if (signing.scheme === 'flux-hmac')
        return { kind: 'webhook', url, signing: { ...signing, key: map(signing.key) } }
      return { kind: 'webhook', url, signing: { ...signing, keys: signing.keys.map(map) } }
    }
  }
}
