import * as z from 'zod'
import type { Channel, ChannelTarget } from '../../model/channel.ts'
import { readLongDuration } from '../durations.ts'
import { isPlainUrl, longDuration, refusedLiteral, resolveSource, secretSource, type SecretSource } from '../words.ts'

export type ChannelConfig = Channel<SecretSource>

/** The kinds of channels as they are written: a channel has one of these keys. */
export const CHANNEL_KINDS = [
  'slack',
  'slackBot',
  'teams',
  'discord',
  'webhook',
  'alertmanager',
  'github',
  'gitlab',
] as const

const GITHUB_API = 'https://api.github.com'
const GITLAB_API = 'https://gitlab.com/api/v4'
const SLACK_API = 'https://slack.com/api'

const hook = (example: string) =>
  z.strictObject({
    url: refusedLiteral(`urlFrom: { env: ${example} }`),
    urlFrom: secretSource(example).meta({ description: 'Where the address is: whoever knows it can post.' }),
  })

const token = (example: string) => ({
  token: refusedLiteral(`tokenFrom: { env: ${example} }`),
  tokenFrom: secretSource(example),
})

function apiUrl(fallback: string) {
  return z
    .string()
    .refine(isPlainUrl, `must be a URL without user, query and fragment, such as ${fallback}`)
    .default(fallback)
    .meta({ examples: [fallback] })
}

const number = z
  .int()
  .min(1)
  .meta({ examples: [42] })

export const channelSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, ., _ and -')
    .meta({ examples: ['team'], description: 'What notify of a comparison names.' }),
  slack: hook('SLACK_WEBHOOK_URL').optional().meta({ description: 'An incoming webhook of Slack.' }),
  slackBot: z
    .strictObject({
      ...token('SLACK_BOT_TOKEN'),
      channel: z
        .string()
        .min(1, 'must not be empty')
        .meta({ examples: ['C0123456789'], description: 'Id of the channel.' }),
      apiUrl: apiUrl(SLACK_API),
    })
    .optional()
    .meta({ description: 'A Slack app with the scope chat:write: later messages go into the thread of the first.' }),
  teams: hook('TEAMS_WEBHOOK_URL').optional().meta({ description: 'A workflow of Microsoft Teams.' }),
  discord: hook('DISCORD_WEBHOOK_URL').optional().meta({ description: 'A webhook of Discord.' }),
  webhook: z
    .strictObject({
      url: refusedLiteral('urlFrom: { env: DRIFT_WEBHOOK_URL }'),
      secret: refusedLiteral('secretFrom: { env: DRIFT_WEBHOOK_SECRET }'),
      urlFrom: secretSource('DRIFT_WEBHOOK_URL'),
      signature: z.enum(['standard', 'flux-hmac']).default('standard').meta({
        description: 'How it is signed: Standard Webhooks, or as the generic-hmac provider of Flux (X-Signature).',
      }),
      secretFrom: secretSource('DRIFT_WEBHOOK_SECRET')
        .optional()
        .meta({ description: 'The key. Default: not signed.' }),
      formerSecretFrom: secretSource('DRIFT_WEBHOOK_FORMER_SECRET')
        .optional()
        .meta({ description: 'The key before it, while it is being replaced; only with standard.' }),
    })
    .optional()
    .meta({ description: 'JSON to an address of yours: docs/notifications.md.' }),
  alertmanager: z
    .strictObject({
      url: refusedLiteral('urlFrom: { env: ALERTMANAGER_URL }'),
      token: refusedLiteral('tokenFrom: { env: ALERTMANAGER_TOKEN }'),
      urlFrom: secretSource('ALERTMANAGER_URL'),
      tokenFrom: secretSource('ALERTMANAGER_TOKEN').optional().meta({ description: 'Bearer token. Default: none.' }),
      validFor: longDuration('26h').default('26h').meta({
        description: 'How long an alert holds after a report: longer than the time between two of them.',
      }),
    })
    .optional()
    .meta({ description: 'Alertmanager, API v2.' }),
  github: z
    .strictObject({
      ...token('GITHUB_TOKEN'),
      repository: z
        .string()
        .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/, 'must be owner/name')
        .meta({ examples: ['my-org/fleet'] }),
      pullRequest: number,
      apiUrl: apiUrl(GITHUB_API),
    })
    .optional()
    .meta({ description: 'One comment on a pull request, kept up to date.' }),
  gitlab: z
    .strictObject({
      ...token('GITLAB_TOKEN'),
      project: z
        .string()
        .regex(/^[A-Za-z0-9._/-]+$/, 'must be the path or number of a project')
        .meta({ examples: ['my-group/fleet'] }),
      mergeRequest: number,
      apiUrl: apiUrl(GITLAB_API),
    })
    .optional()
    .meta({ description: 'One comment on a merge request, kept up to date.' }),
  allowHttp: z.boolean().default(false).meta({ description: 'Allow an address without TLS.' }),
  allowPrivate: z.boolean().default(false).meta({ description: 'Allow loopback, link-local and private addresses.' }),
})

type WrittenChannel = z.output<typeof channelSchema>

export function resolveChannels(written: readonly WrittenChannel[], folder: string): ChannelConfig[] {
  const source = (from: SecretSource): SecretSource => resolveSource(from, folder)
  return written.map((channel) => ({
    name: channel.name,
    allowHttp: channel.allowHttp,
    allowPrivate: channel.allowPrivate,
    target: hookTarget(channel, source) ?? apiTarget(channel, source),
  }))
}

type Source = (from: SecretSource) => SecretSource

function hookTarget(
  { slack, teams, discord, webhook }: WrittenChannel,
  source: Source,
): ChannelTarget<SecretSource> | null {
  if (slack) return { kind: 'slack', url: source(slack.urlFrom) }
  if (teams) return { kind: 'teams', url: source(teams.urlFrom) }
  if (discord) return { kind: 'discord', url: source(discord.urlFrom) }
  if (!webhook) return null
  const { urlFrom, signature, secretFrom, formerSecretFrom } = webhook
  const url = source(urlFrom)
  if (secretFrom === undefined) return { kind: 'webhook', url, signing: null }
  const key = source(secretFrom)
  if (signature === 'flux-hmac') return { kind: 'webhook', url, signing: { scheme: 'flux-hmac', key } }
  const former = formerSecretFrom === undefined ? [] : [source(formerSecretFrom)]
  return { kind: 'webhook', url, signing: { scheme: 'standard', keys: [key, ...former] } }
}

/** That a channel has exactly one kind is checked before: `gitlab` is what is left. */
function apiTarget(
  { slackBot, alertmanager, github, gitlab }: WrittenChannel,
  source: Source,
): ChannelTarget<SecretSource> {
  if (slackBot) {
    const { tokenFrom, channel, apiUrl: api } = slackBot
    return { kind: 'slack-bot', token: source(tokenFrom), channel, apiUrl: api }
  }
  if (alertmanager) {
    const { urlFrom, tokenFrom, validFor } = alertmanager
    const bearer = tokenFrom === undefined ? null : source(tokenFrom)
    return { kind: 'alertmanager', url: source(urlFrom), token: bearer, validMs: readLongDuration(validFor)! }
  }
  const { tokenFrom, ...place } = github ?? gitlab!
  const rest = { token: source(tokenFrom), apiUrl: place.apiUrl }
  return 'repository' in place
    ? { kind: 'github', ...rest, repository: place.repository, pullRequest: place.pullRequest }
    : { kind: 'gitlab', ...rest, project: place.project, mergeRequest: place.mergeRequest }
}
