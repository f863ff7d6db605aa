import type { Severity } from '../model/comparison.ts'
import { severityOf, type DriftReport } from '../model/drift-report.ts'
import { closing, isWebLink } from './drift-report-closing.ts'
import { fitSections, type ItemLine, type ItemSection } from './drift-report-lines.ts'
import { fallbackOf, headlineOf, safeClip } from './drift-report-words.ts'
import { validateDiscordPayload } from './validate-discord.ts'

export type DiscordPayload = {
  readonly content: string
  /** Whatever a text looks like, nobody is notified. */
  readonly allowed_mentions: { readonly parse: readonly [] }
  readonly embeds: readonly [
    {
      readonly title: string
      readonly url?: string
      readonly description: string
      readonly color: number
      readonly timestamp: string
      readonly footer: { readonly text: string }
    },
  ]
}

const MAX_CLUSTERS = 8
const COLORS: Readonly<Record<Severity, number>> = {
  critical: 0xb42318,
  high: 0xd92d20,
  medium: 0xb54708,
  low: 0x59636e,
}
const GREEN = 0x116329

/** The report as a message with one embed; what does not fit is counted. */
export function discordPayload(report: DriftReport): DiscordPayload {
  return fitSections(
    report,
    40,
    (found) => payloadOf(report, found),
    (payload) => validateDiscordPayload(payload).length === 0,
  )
}

function payloadOf(report: DriftReport, found: readonly ItemSection[]): DiscordPayload {
  const severity = severityOf(report)
  const sections = found.map(({ title, total, lines, left }) =>
    [`**${title} (${total})**`, ...lines.map(itemLine), ...(left > 0 ? [`+${left} more`] : [])].join('\n'),
  )
  const rest = closing(report, MAX_CLUSTERS).map(
    ({ title, lines }) => `**${title}:** ${lines.map(escapeDiscord).join('; ')}`,
  )
  const { link } = report
  return {
    content: escapeDiscord(safeClip(fallbackOf(report), 800)),
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: safeClip(headlineOf(report, 250), 250),
        ...(link !== null && isWebLink(link) ? { url: link } : {}),
        description: [...sections, rest.join('\n')].filter((text) => text !== '').join('\n\n'),
        color: severity === null ? GREEN : COLORS[severity],
        timestamp: report.at,
        footer: { text: safeClip(`flux-compare ${report.name}`, 200) },
      },
    ],
  }
}

function itemLine({ severity, title, path, detail }: ItemLine): string {
  const what = detail.map(({ kind, text }) =>
    kind === 'value' ? discordCode(text) : kind === 'foreign' ? escapeDiscord(text) : text,
  )
  return `- **${severity}** ${[discordCode(title), ...(path === '' ? [] : [discordCode(path)]), what.join('')].join(' ')}`
}

function escapeDiscord(text: string): string {
  return text.replaceAll(/[\\`*_~|<>[\]()#@:]/g, '\\$&')
}

/** A code span: no backtick can be in it, so one becomes an apostrophe. */
function discordCode(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}
