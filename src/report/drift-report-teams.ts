import type { Severity } from '../model/comparison.ts'
import type { DriftReport } from '../model/drift-report.ts'
import { closing, isWebLink } from './drift-report-closing.ts'
import { fitSections, type ItemLine, type ItemSection } from './drift-report-lines.ts'
import { fallbackOf, headlineOf } from './drift-report-words.ts'
import { validateTeamsPayload } from './validate-teams.ts'

type TextRun = {
  readonly type: 'TextRun'
  readonly text: string
  readonly weight?: 'Bolder'
  readonly size?: 'Large'
  readonly fontType?: 'Monospace'
  readonly isSubtle?: true
  readonly color?: 'Attention' | 'Warning' | 'Default'
}

/** Runs are never read as Markdown, unlike a TextBlock: foreign text can do nothing in them. */
type RichText = { readonly type: 'RichTextBlock'; readonly separator?: true; readonly inlines: readonly TextRun[] }
type OpenUrl = { readonly type: 'Action.OpenUrl'; readonly title: string; readonly url: string }

export type TeamsPayload = {
  readonly type: 'message'
  readonly summary: string
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive'
      readonly content: {
        readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json'
        readonly type: 'AdaptiveCard'
        readonly version: '1.4'
        readonly fallbackText: string
        readonly msteams: { readonly width: 'Full' }
        readonly body: readonly RichText[]
        readonly actions: readonly OpenUrl[]
      }
    },
  ]
}

/** Below the 28 KB of Teams, which counts what it adds itself. */
const BUDGET = 24_000
const MAX_CLUSTERS = 8
const COLORS: Readonly<Record<Severity, NonNullable<TextRun['color']>>> = {
  critical: 'Attention',
  high: 'Attention',
  medium: 'Warning',
  low: 'Default',
}

/** The report as an Adaptive Card 1.4 in the envelope that Teams workflows take; what does not fit is counted. */
export function teamsPayload(report: DriftReport): TeamsPayload {
  return fitSections(
    report,
    40,
    (found) => payloadOf(report, found),
    (payload) =>
      new TextEncoder().encode(JSON.stringify(payload)).length <= BUDGET && validateTeamsPayload(payload).length === 0,
  )
}

function payloadOf(report: DriftReport, found: readonly ItemSection[]): TeamsPayload {
  const summary = fallbackOf(report)
  const body: RichText[] = [
    {
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text: headlineOf(report), weight: 'Bolder', size: 'Large' }],
    },
    ...found.flatMap(sectionBlocks),
    ...closing(report, MAX_CLUSTERS).map(({ title, lines }) => closingBlock(title, lines)),
  ]
  const { link } = report
  return {
    type: 'message',
    summary,
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: summary,
          msteams: { width: 'Full' },
          body,
          actions:
            link !== null && isWebLink(link)
              ? [{ type: 'Action.OpenUrl', title: 'The whole comparison', url: link }]
              : [],
        },
      },
    ],
  }
}

function sectionBlocks({ title, total, lines, left }: ItemSection): RichText[] {
  const head: RichText = {
    type: 'RichTextBlock',
    separator: true,
    inlines: [{ type: 'TextRun', text: `${title} (${total})`, weight: 'Bolder' }],
  }
  const more: RichText[] =
    left === 0 ? [] : [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: `+${left} more`, isSubtle: true }] }]
  return [head, ...lines.map(itemBlock), ...more]
}

function itemBlock({ severity, title, path, detail }: ItemLine): RichText {
  return {
    type: 'RichTextBlock',
    inlines: [
      { type: 'TextRun', text: `${severity} `, weight: 'Bolder', color: COLORS[severity] },
      { type: 'TextRun', text: `${title} ${path === '' ? '' : `${path} `}`, fontType: 'Monospace' },
      { type: 'TextRun', text: detail.map(({ text }) => text).join('') },
    ],
  }
}

function closingBlock(title: string, lines: readonly string[]): RichText {
  return {
    type: 'RichTextBlock',
    inlines: [
      { type: 'TextRun', text: `${title}: `, weight: 'Bolder' },
      { type: 'TextRun', text: lines.join('; '), isSubtle: true },
    ],
  }
}
