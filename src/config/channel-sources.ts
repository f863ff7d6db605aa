import { own, type Json } from '../model/json.ts'
import { CHANNEL_KINDS } from './sections/channels.ts'

/** Where in a channel the sources of its secrets stand. */
export const CHANNEL_SECRETS: readonly (readonly [string, string])[] = CHANNEL_KINDS.flatMap((kind) =>
  ['urlFrom', 'tokenFrom', 'secretFrom', 'formerSecretFrom'].map((key) => [kind, key] as const),
)

/** Why the address of a channel cannot be spoken to; null where it can. Whoever knows it can post: nothing of it is told. */
export function hookTrouble(text: string, channel: Json): string | null {
  const url = URL.parse(text)
  if (url?.username || url?.password) return 'holds a URL with a user or password, which is never sent'
  if (url?.protocol === 'https:') return null
  if (url?.protocol !== 'http:') return 'holds no https URL'
  return own(channel, 'allowHttp') === true ? null : 'holds a URL without TLS; use https, or write allowHttp: true'
}
