import type { DriftReport } from '../model/drift-report.ts'
import { sectionsOf } from './drift-report-lines.ts'
import { closing } from './drift-report-closing.ts'
import { headlineOf } from './drift-report-words.ts'

const ALL = 1_000_000

/** For a terminal or a log: every item on a line, nothing left out. */
export function renderDriftText(report: DriftReport): string {
  const sections = sectionsOf(report, ALL, ALL).flatMap(({ title, total, lines }) => [
    '',
    `${title.toUpperCase()} (${total})`,
    ...lines.map(
      ({ severity, title: subject, path, detail }) =>
        `${severity.padEnd(8)}  ${[subject, path, detail.map(({ text }) => text).join('')].filter(Boolean).join('  ')}`,
    ),
  ])
  const rest = closing(report, ALL).flatMap(({ title, lines }) => ['', title.toUpperCase(), ...lines])
  return [headlineOf(report), ...sections, ...rest, ...(report.link === null ? [] : ['', report.link]), ''].join('\n')
}

/** The document itself, indented by two. */
export function renderDriftJson(report: DriftReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
