import type { DriftReport } from '../model/drift-report.ts'
import { closing, isWebLink } from './drift-report-closing.ts'
import { fitSections, type ItemLine, type ItemSection } from './drift-report-lines.ts'
import { fallbackOf, headlineOf, safeClip } from './drift-report-words.ts'
import { validateSlackPayload } from './validate-slack.ts'

type PlainText = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false }
/** `verbatim`: Slack makes no links, channels or mentions of what looks like one. */
type Mrkdwn = { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true }

export type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] }

/** A message of Block Kit for an incoming webhook or chat.postMessage; `text` is what notifications and screen readers tell. */
export type SlackPayload = {
  readonly text: string
  readonly blocks: readonly SlackBlock[]
  readonly unfurl_links: false
  readonly unfurl_media: false
}

const MAX_HEADER = 150
const SECTION = 2_800
const MAX_TEXT = 2_000
const MAX_CLUSTERS = 8
/** Of what Slack takes in all blocks together; about 13,200 are refused, which no page of theirs says (slackapi/bolt-js#2509). */
export const SLACK_BUDGET = 10_000

/** The report as one Slack message within every limit; what does not fit is counted. */
export function slackPayload(report: DriftReport): SlackPayload {
  return fitSections(
    report,
    40,
    (found) => payloadOf(report, found),
    (payload) => JSON.stringify(payload.blocks).length <= SLACK_BUDGET && validateSlackPayload(payload).length === 0,
  )
}

function payloadOf(report: DriftReport, found: readonly ItemSection[]): SlackPayload {
  const link = linkOf(report)
  const sections = found.flatMap((section) => packed(sectionLines(section, link)))
  const rest = closing(report, MAX_CLUSTERS).map(
    ({ title, lines }) => `*${title}:* ${lines.map((line) => escapeSlack(line)).join('; ')}`,
  )
  return {
    text: escapeSlack(safeClip(fallbackOf(report), MAX_TEXT)),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: safeClip(headlineOf(report, MAX_HEADER), MAX_HEADER), emoji: false },
      },
      ...sections.map(sectionBlock),
      ...packed(rest).map((text): SlackBlock => ({ type: 'context', elements: [mrkdwn(text)] })),
      { type: 'context', elements: [mrkdwn(signature(report, link))] },
    ],
    unfurl_links: false,
    unfurl_media: false,
  }
}

function signature({ name, at }: DriftReport, link: string | null): string {
  const made = `${slackCode(safeClip(name, 80))} at ${at.replace(/\.\d+Z$/, 'Z')}`
  return link === null ? made : `${made} · ${link}`
}

function sectionLines({ title, total, lines, left }: ItemSection, link: string | null): string[] {
  const more = left === 0 ? [] : [`+${left} more${link === null ? '' : `: ${link}`}`]
  return [`*${title} (${total})*`, ...lines.map(itemLine), ...more]
}

function itemLine({ severity, title, path, detail }: ItemLine): string {
  const what = detail.map(({ kind, text }) => (kind === 'value' ? slackCode(text) : proseOf(kind, text)))
  return `• *${severity}* ${[slackCode(title), ...(path === '' ? [] : [slackCode(path)]), what.join('')].join(' ')}`
}

/** Slack has no escape for its signs of markup: foreign text that holds one is shown as code. */
function proseOf(kind: 'words' | 'foreign', text: string): string {
  return kind === 'foreign' && /[*_~`]/.test(text) ? slackCode(text) : escapeSlack(text)
}

/** Lines joined to texts that a block takes. */
function packed(lines: readonly string[]): string[] {
  const texts: string[] = []
  for (const line of lines) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + 1 + line.length <= SECTION) texts[texts.length - 1] = `${last}\n${line}`
    else texts.push(line)
  }
  return texts
}

function sectionBlock(text: string): SlackBlock {
  return { type: 'section', text: mrkdwn(text) }
}

function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text, verbatim: true }
}

/** The three signs that Slack reads as its own (docs.slack.dev, formatting message text). */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A code span: no backtick can be in it, so one becomes an apostrophe. */
function slackCode(text: string): string {
  return `\`${escapeSlack(text.replaceAll('`', "'"))}\``
}

/** The bar would end the address, and a bracket the link. */
function linkOf({ link }: DriftReport): string | null {
  if (link === null || !isWebLink(link) || link.length > 2_000) return null
  return `<${new URL(link).href.replaceAll('|', '%7C').replaceAll('&', '&amp;').replaceAll(/[<>]/g, '')}|the whole comparison>`
}
