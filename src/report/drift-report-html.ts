import type { DriftReport } from '../model/drift-report.ts'
import { closing, isWebLink } from './drift-report-closing.ts'
import { sectionsOf, type ItemLine } from './drift-report-lines.ts'
import { headlineOf, subjectOf } from './drift-report-words.ts'
import { htmlPage } from './html-page.ts'
import { escapeHtml } from './markdown-text.ts'

const ALL = 1_000_000

/** One self-contained page without scripts, as for comparisons. */
export function renderDriftHtml(report: DriftReport): string {
  const sections = sectionsOf(report, ALL, ALL).map(
    ({ title, total, lines }) =>
      `<section><h2>${title} (${total})</h2><ul>${lines.map(htmlLine).join('\n')}</ul></section>`,
  )
  const rest = closing(report, ALL).map(
    ({ title, lines }) =>
      `<section><h2>${title}</h2>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</section>`,
  )
  const link =
    report.link === null || !isWebLink(report.link)
      ? []
      : [`<p><a rel="noopener noreferrer" href="${escapeHtml(report.link)}">the whole comparison</a></p>`]
  const header = `<header><p class="verdict ${report.verdict}">${report.verdict}</p><h1>${escapeHtml(headlineOf(report))}</h1></header>`
  const body = [header, ...sections, ...rest, ...link].join('\n')
  return htmlPage({ title: `flux-compare: ${subjectOf(report)}`, body })
}

function htmlLine({ severity, title, path, detail }: ItemLine): string {
  const what = detail.map(({ kind, text }) =>
    kind === 'value' ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text),
  )
  const where = path === '' ? '' : ` <code class="path">${escapeHtml(path)}</code>`
  return `<li><span class="badge ${severity}">${severity}</span> <div><code>${escapeHtml(title)}</code>${where} ${what.join('')}</div></li>`
}
