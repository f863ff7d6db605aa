import type { DriftReport } from '../model/drift-report.ts'
import { agesText, asideText, nameList, notComparedLine, ongoingText } from './drift-report-words.ts'

type Closing = { readonly title: string; readonly lines: readonly string[] }

/** What follows the items, in every format, as plain and safe text. */
export function closing(report: DriftReport, max: number): Closing[] {
  const ongoing = ongoingText(report)
  const aside = asideText(report)
  const unread = report.notCompared.slice(0, max).map(notComparedLine)
  const left = report.notCompared.length - unread.length
  const ages = agesText(report, max)
  const all: Closing[] = [
    { title: 'Ongoing', lines: ongoing === null ? [] : [ongoing] },
    { title: 'Not compared', lines: left > 0 ? [...unread, `+${left} more`] : unread },
    { title: 'Compared again', lines: report.comparedAgain.length === 0 ? [] : [nameList(report.comparedAgain)] },
    { title: 'Set aside', lines: aside === '' ? [] : [aside] },
    { title: 'Age of the snapshots', lines: ages === '' ? [] : [ages] },
  ]
  return all.filter(({ lines }) => lines.length > 0)
}

/** Only such links are offered to click. */
export function isWebLink(link: string): boolean {
  const url = URL.parse(link)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
}
