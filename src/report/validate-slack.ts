import { dig, digArray, digString, isJsonArray, isJsonObject, own, type Json } from '../model/json.ts'

/**
 * What Slack would refuse in a message, or read as a command of its own: each problem as a sentence, none for a right one. Limits:
 * docs.slack.dev/reference/block-kit/blocks (50 blocks; header 150, section 1 to 3,000 characters; 10 elements of a context),
 * docs.slack.dev chat.postMessage (`text` 40,000), slackapi/bolt-js#2509 (about 13,200 characters over all blocks).
 */
export function validateSlackPayload(payload: unknown): string[] {
  const message = JSON.parse(JSON.stringify(payload)) as Json
  const text = own(message, 'text')
  const blocks = own(message, 'blocks')
  return [
    ...textProblems('text', text, 40_000),
    ...(isJsonArray(blocks) && blocks.length > 0 && blocks.length <= 50 ? [] : ['blocks: must be 1 to 50']),
    ...digArray(message, 'blocks').flatMap(blockProblems),
    ...(JSON.stringify(blocks ?? null).length > 13_000 ? ['blocks: more than 13,000 characters in all'] : []),
  ]
}

function blockProblems(block: Json, index: number): string[] {
  const at = `blocks[${index}]`
  const type = digString(block, 'type')
  if (type === 'header') {
    const plain = digString(block, 'text', 'type') === 'plain_text' ? [] : [`${at}: a header is plain text`]
    return [...plain, ...lengthProblems(at, dig(block, 'text', 'text'), 150)]
  }
  if (type === 'section') return markupProblems(at, own(block, 'text'), 3_000)
  if (type !== 'context') return [`${at}: the type ${type ?? 'none'} is not used`]
  const elements = own(block, 'elements')
  if (!isJsonArray(elements) || elements.length < 1 || elements.length > 10)
    return [`${at}: must hold 1 to 10 elements`]
  return elements.flatMap((element, place) => markupProblems(`${at}.elements[${place}]`, element, 3_000))
}

function markupProblems(at: string, object: Json | undefined, most: number): string[] {
  if (!isJsonObject(object) || own(object, 'type') !== 'mrkdwn') return [`${at}: is no mrkdwn`]
  return textProblems(at, own(object, 'text'), most)
}

function lengthProblems(at: string, text: Json | undefined, most: number): string[] {
  if (typeof text !== 'string' || text.length === 0) return [`${at}: has no text`]
  return [
    ...(text.length > most ? [`${at}: ${text.length} characters, more than ${most}`] : []),
    ...(/[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u.test(text) ? [`${at}: holds an invisible character`] : []),
  ]
}

/** `<` may only begin a link of ours, and `&` only an escape: everything else is a mention or a link that somebody planted. */
function textProblems(at: string, text: Json | undefined, most: number): string[] {
  if (typeof text !== 'string') return [`${at}: has no text`]
  const rest = text.replaceAll(/<https?:\/\/[^<>|\s]+\|the whole comparison>/g, '')
  return [
    ...lengthProblems(at, text, most),
    ...(/[<>]/.test(rest) ? [`${at}: holds a mention or link`] : []),
    ...(/&(?!amp;|lt;|gt;)/.test(text) ? [`${at}: holds an unescaped &`] : []),
  ]
}
