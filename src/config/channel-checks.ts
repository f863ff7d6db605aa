import { digArray, digString, isJsonArray, isJsonObject, own, type Json } from '../model/json.ts'
import { nearestName } from '../model/nearest-names.ts'
import { problemAt, type Path, type Problem } from './problems.ts'
import { CHANNEL_KINDS } from './sections/channels.ts'

/** What no single value of the section channels shows: that each leads to exactly one place, and what goes with what. */
export function channelProblems(document: Json): Problem[] {
  return digArray(document, 'channels').flatMap((channel, index) => {
    const path = ['channels', index]
    if (!isJsonObject(channel)) return []
    const kinds = CHANNEL_KINDS.filter((kind) => own(channel, kind) !== undefined)
    return [
      ...(kinds.length === 0
        ? [problemAt(path, `does not say where it leads; write one of ${CHANNEL_KINDS.join(', ')}`)]
        : []),
      ...kinds
        .slice(1)
        .map((kind) =>
          problemAt([...path, kind], `is a second destination beside ${kinds[0]}; make it a channel of its own`),
        ),
      ...webhookProblems(own(channel, 'webhook'), [...path, 'webhook']),
      ...kinds.flatMap((kind) => plainApi(channel, [...path, kind, 'apiUrl'], kind)),
    ]
  })
}

/** Tokens go there: without TLS whoever is on the way could read them. */
function plainApi(channel: Json, path: Path, kind: string): Problem[] {
  const isPlain = /^http:/i.test(digString(channel, kind, 'apiUrl') ?? '')
  if (!isPlain || own(channel, 'allowHttp') === true) return []
  return [problemAt(path, 'is a URL without TLS; use https, or write allowHttp: true')]
}

function webhookProblems(webhook: Json | undefined, path: Path): Problem[] {
  if (!isJsonObject(webhook)) return []
  const has = (key: string): boolean => own(webhook, key) !== undefined
  if (has('secretFrom')) {
    const unused = has('formerSecretFrom') && digString(webhook, 'signature') === 'flux-hmac'
    return unused
      ? [problemAt([...path, 'formerSecretFrom'], 'has no use with flux-hmac, which takes one key; remove it')]
      : []
  }
  return ['signature', 'formerSecretFrom']
    .filter(has)
    .map((key) => problemAt([...path, key], 'needs a key to sign with; write secretFrom: { env: NAME }'))
}

/**
 * Entries of a `notify` that name no channel of the document. `at` is where the `notify` stands: for the check of whatever section has
 * one.
 */
export function unknownChannels(document: Json, notify: Json | undefined, at: Path): Problem[] {
  if (!isJsonArray(notify)) return []
  const known = digArray(document, 'channels').flatMap((channel) => digString(channel, 'name') ?? [])
  return notify.flatMap((entry, index) => {
    const isName = typeof entry === 'string'
    const name = isName ? entry : digString(entry, 'channel')
    if (name === undefined || known.includes(name)) return []
    const nearest = nearestName(name, known)
    const instead = nearest === null ? `write the name of one of channels` : `did you mean ${nearest}?`
    return [problemAt([...at, index, ...(isName ? [] : ['channel'])], `is no channel of this file; ${instead}`)]
  })
}
