import type { DriftReport } from '../model/drift-report.ts'
import { closing, isWebLink } from './drift-report-closing.ts'
import { fitSections, type ItemLine, type ItemSection } from './drift-report-lines.ts'
import { headlineOf } from './drift-report-words.ts'
import { code, escapeMarkdown } from './markdown-text.ts'

const MAX_CLUSTERS = 50
/** GitHub takes 65,536 characters in a comment, GitLab more; the rest is the marker and room for what the host adds. */
const MAX_MARKDOWN = 60_000
/** GitHub: "body is too long (maximum is 65536 characters)". */
const MAX_COMMENT = 65_536

/** GitHub-flavoured Markdown of at most 60,000 characters; items that do not fit are counted, with the link. */
export function renderDriftMarkdown(report: DriftReport): string {
  return fitSections(
    report,
    500,
    (found) => markdownOf(report, found),
    (text) => text.length <= MAX_MARKDOWN,
  )
}

function markdownOf(report: DriftReport, found: readonly ItemSection[]): string {
  const link = linkOf(report)
  const sections = found.map(({ title, total, lines, left }) =>
    [
      `**${title} (${total})**`,
      '',
      ...lines.map(markdownLine),
      ...(left > 0 ? [`- +${left} more${link === null ? '' : `: ${link}`}`] : []),
    ].join('\n'),
  )
  const rest = closing(report, MAX_CLUSTERS).map(({ title, lines }) =>
    [`**${title}**`, '', ...lines.map((line) => `- ${escapeMarkdown(line)}`)].join('\n'),
  )
  const head = `### ${escapeMarkdown(headlineOf(report))}`
  return `${[head, ...sections, ...rest, ...(link === null ? [] : [link])].join('\n\n')}\n`
}

function markdownLine({ severity, title, path, detail }: ItemLine): string {
  const what = detail.map(({ kind, text }) =>
    kind === 'value' ? code(text) : kind === 'foreign' ? escapeMarkdown(text) : text,
  )
  return `- **${severity}** ${[code(title), ...(path === '' ? [] : [code(path)]), what.join('')].join(' ')}`
}

function linkOf({ link }: DriftReport): string | null {
  if (link === null || !isWebLink(link)) return null
  return `[the whole comparison](${new URL(link).href.replaceAll('(', '%28').replaceAll(')', '%29')})`
}

/** The hidden line by which a comment is found again. The name is encoded so that it cannot end the comment. */
export function commentMarker(name: string): string {
  return `<!-- flux-compare:drift-report:${encodeURIComponent(name.toWellFormed()).replaceAll('--', '%2D%2D')} -->`
}

/** The body of a comment on a pull or merge request, with the marker by which it is found and updated. */
export function renderDriftComment(report: DriftReport): string {
  return `${commentMarker(report.name)}\n${renderDriftMarkdown(report)}`
}

/** What GitHub would refuse, or what would reach people beside the comment. Limit: 65,536 characters of a comment. */
export function validateComment(body: string): string[] {
  return [
    ...(body.length > MAX_COMMENT ? [`the comment has ${body.length} characters, more than ${MAX_COMMENT}`] : []),
    ...(body.startsWith('<!-- flux-compare:drift-report:') ? [] : ['the marker is not the first line']),
    ...(/(?:^|[\s(>])@[\w-]/.test(withoutCode(body)) ? ['somebody is mentioned'] : []),
    ...(/<(?!!-- flux-compare)[a-z!/]/i.test(withoutCode(body)) ? ['there is HTML in it'] : []),
  ]
}

function withoutCode(body: string): string {
  return body.replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '')
}
