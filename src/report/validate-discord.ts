import { dig, digArray, digString, isJsonArray, own, type Json } from '../model/json.ts'

const EMBED_LIMITS = [
  [['title'], 256],
  [['description'], 4_096],
  [['footer', 'text'], 2_048],
  [['author', 'name'], 256],
] as const

/**
 * What Discord would refuse, or whom it would notify: each problem as a sentence. Limits: discord.com/developers/docs/resources/message,
 * embed limits (content 2,000; 10 embeds; 25 fields; 6,000 characters over all embeds).
 */
export function validateDiscordPayload(payload: unknown): string[] {
  const message = JSON.parse(JSON.stringify(payload)) as Json
  const embeds = digArray(message, 'embeds')
  const parse = dig(message, 'allowed_mentions', 'parse')
  const total = embeds.reduce<number>((sum, embed) => sum + embedLength(embed), 0)
  return [
    ...tooLong('content', own(message, 'content'), 2_000),
    ...(embeds.length > 10 ? ['embeds: more than 10'] : []),
    ...(total > 6_000 ? [`embeds: ${total} characters in all, more than 6,000`] : []),
    ...(isJsonArray(parse) && parse.length === 0 ? [] : ['allowed_mentions: somebody could be notified']),
    ...embeds.flatMap((embed, index) => embedProblems(embed, `embeds[${index}]`)),
  ]
}

function embedProblems(embed: Json, at: string): string[] {
  const fields = digArray(embed, 'fields')
  const url = own(embed, 'url')
  const time = digString(embed, 'timestamp')
  return [
    ...EMBED_LIMITS.flatMap(([keys, most]) => tooLong(`${at}.${keys.join('.')}`, dig(embed, ...keys), most)),
    ...(fields.length > 25 ? [`${at}.fields: more than 25`] : []),
    ...fields.flatMap((field) => [
      ...tooLong(`${at}.fields.name`, own(field, 'name'), 256),
      ...tooLong(`${at}.fields.value`, own(field, 'value'), 1_024),
    ]),
    ...(url === undefined || (typeof url === 'string' && /^https?:\/\//.test(url))
      ? []
      : [`${at}.url: is no web address`]),
    ...(time === undefined || !Number.isNaN(Date.parse(time)) ? [] : [`${at}.timestamp: is no time`]),
  ]
}

function embedLength(embed: Json): number {
  const own = EMBED_LIMITS.reduce((sum, [keys]) => sum + (digString(embed, ...keys)?.length ?? 0), 0)
  return digArray(embed, 'fields').reduce<number>(
    (sum, field) => sum + (digString(field, 'name')?.length ?? 0) + (digString(field, 'value')?.length ?? 0),
    own,
  )
}

function tooLong(at: string, text: Json | undefined, most: number): string[] {
  if (text === undefined) return []
  if (typeof text !== 'string') return [`${at}: is no text`]
  return [
    ...(text.length > most ? [`${at}: ${text.length} characters, more than ${most}`] : []),
    ...(/[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u.test(text) ? [`${at}: holds an invisible character`] : []),
  ]
}
