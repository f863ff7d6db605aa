import stringWidth from 'string-width'
import { displayRef } from '../model/resource-ref.ts'
import { shortRevision } from '../report/drift-report-lines.ts'
import { ageText, safeClip } from '../report/drift-report-words.ts'
import type { LagCluster, PromotionLag } from '../service/promotion/lag-view.ts'
import type { ApplicationLag, ApplicationVersion } from '../service/promotion/promotion-lag.ts'
import { printable, renderTable } from './table.ts'

const VERSION_WIDTH = 40

/** The lag for people: a line for each application, or where that is wider than `width` a paragraph. */
export function lagText(lag: PromotionLag, width: number): string {
  const { applications, clusters } = lag
  const parts = [...(applications.length === 0 ? [] : [tableOf(lag, width)]), footOf(lag)]
  return clusters.length === 0
    ? 'Nothing is kept yet. Take snapshots with: flux-compare snapshot CLUSTER...\n'
    : parts.join('\n')
}

function tableOf(lag: PromotionLag, width: number): string {
  const names = lag.clusters.map(({ name }) => name)
  const rows = lag.applications.map((application) => [
    displayRef(application.ref),
    ...names.map((name) => cellOf(application.clusters.find(({ cluster }) => cluster === name))),
    behindText(application, lag.at),
  ])
  const table = renderTable(['APPLICATION', ...names.map(printable), 'BEHIND FOR'], rows)
  const isWide = table.split('\n').some((line) => stringWidth(line) > width)
  return isWide ? lag.applications.map((application) => paragraphOf(application, lag.at)).join('\n') : table
}

function paragraphOf(application: ApplicationLag, at: string): string {
  const behind = behindText(application, at)
  const rows = application.clusters.map((one) => [`  ${printable(one.cluster)}`, cellOf(one)])
  const width = Math.max(...rows.map(([name]) => stringWidth(name!)))
  const lines = rows.map(([name, cell]) => `${name}${' '.repeat(width - stringWidth(name!))}   ${cell}\n`)
  return `${printable(displayRef(application.ref))}${behind === '' ? '' : `   behind for: ${behind}`}\n${lines.join('')}`
}

/** `1.2.0 (tries 1.3.0)`, or a revision where there is no version. */
function cellOf(one: ApplicationVersion | undefined): string {
  if (one === undefined) return '-'
  const notes = [...(one.ahead ? ['ahead'] : []), ...(one.attempted === null ? [] : [`tries ${shown(one.attempted)}`])]
  return `${shown(one.version ?? one.revision ?? '')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
}

function shown(text: string): string {
  return safeClip(shortRevision(text), VERSION_WIDTH)
}

/** `edge 5 d or more, production 3 h`: the longest first. */
function behindText({ clusters }: ApplicationLag, at: string): string {
  return clusters
    .flatMap(({ cluster, behind }) => (behind === null ? [] : [{ cluster, ...behind }]))
    .toSorted((a, b) => Number(a.since > b.since) - Number(a.since < b.since))
    .map(
      ({ cluster, since, after }) => `${printable(cluster)} ${ageText(at, since)}${after === null ? ' or more' : ''}`,
    )
    .join(', ')
}

function footOf({ applications, level, clusters, at }: PromotionLag): string {
  const listed = applications.filter((one) => one.clusters.some(({ position }) => position !== 'leads')).length
  const same = `${level} ${level === 1 ? 'application is' : 'applications are'} the same wherever they are`
  const isListed = applications.length > listed
  const ages = clusters.map((cluster) => clusterText(cluster, at)).join(', ')
  return `${same}${isListed || level === 0 ? '' : ' (--all lists them)'}.\nAge of the snapshots: ${ages}.\n`
}

function clusterText({ name, takenAt, error }: LagCluster, at: string): string {
  const age = takenAt === null ? 'none' : ageText(at, takenAt)
  return `${printable(name)} ${age}${error === null ? '' : ` (${error} since)`}`
}
