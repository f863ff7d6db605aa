import { dig, digArray, digString, own, type Json } from '../model/json.ts'

/** Bytes of a message: learn.microsoft.com, "Limits and specifications" of webhooks in Teams: 28 KB. */
const MAX_BYTES = 28 * 1024
const TYPE = 'application/vnd.microsoft.card.adaptive'

/** What Teams would refuse: each problem as a sentence. Source of the envelope and of version 1.4: the Teams provider of Flux, teams.go. */
export function validateTeamsPayload(payload: unknown): string[] {
  const message = JSON.parse(JSON.stringify(payload)) as Json
  const bytes = new TextEncoder().encode(JSON.stringify(message)).length
  const attachments = digArray(message, 'attachments')
  const card = own(attachments[0], 'content')
  return [
    ...(bytes > MAX_BYTES ? [`${bytes} bytes, more than ${MAX_BYTES}`] : []),
    ...(digString(message, 'type') === 'message' ? [] : ['type: must be message']),
    ...(attachments.length === 1 && digString(attachments[0], 'contentType') === TYPE
      ? []
      : ['attachments: must be one card']),
    ...(digString(card, 'type') === 'AdaptiveCard' && digString(card, 'version') === '1.4'
      ? []
      : ['no card of version 1.4']),
    ...digArray(card, 'body').flatMap(bodyProblems),
    ...digArray(card, 'actions').flatMap((action, index) =>
      /^https?:\/\/\S+$/.test(digString(action, 'url') ?? '') ? [] : [`actions[${index}]: has no web address`],
    ),
  ]
}

function bodyProblems(element: Json, index: number): string[] {
  const at = `body[${index}]`
  if (digString(element, 'type') !== 'RichTextBlock') return [`${at}: only rich text takes foreign text as it is`]
  const runs = digArray(element, 'inlines')
  const bad = runs.some((run) => digString(run, 'type') !== 'TextRun' || typeof dig(run, 'text') !== 'string')
  const hidden = runs.some((run) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(digString(run, 'text') ?? ''))
  return [
    ...(bad || runs.length === 0 ? [`${at}: must hold runs of text`] : []),
    ...(hidden ? [`${at}: holds an invisible character`] : []),
  ]
}
