import type { ClusterName } from '../model/cluster.ts'
import type { Comparison, Difference, Finding, Severity } from '../model/comparison.ts'
import { displayRef } from '../model/resource-ref.ts'
import { htmlPage } from './html-page.ts'
import { diffLines } from './line-diff.ts'
import { outlineOf, type ObjectOutline, type Outline } from './outline.ts'
import {
  describeChildren,
  describeDerived,
  describeOrigins,
  describePresence,
  describeReading,
  objectCounts,
  placeOf,
  plural,
  pointersOf,
  severityCounts,
  toSeconds,
  whatWasCompared,
} from './phrases.ts'
import { setAside, type Aside } from './shown.ts'
import { safeLine, safeText } from './terminal.ts'
import { clustersWithObject, displayValue, groupValues, isLongText } from './values.ts'

/** One self-contained page without scripts: it can be kept as a CI artifact or mailed, and shows the same everywhere. */
export function renderHtml(comparison: Comparison, { left, explained }: Aside): string {
  const outline = outlineOf(comparison)
  const title = `flux-compare: ${whatWasCompared(comparison)}`
  const body = [
    header(comparison),
    clusterTable(comparison),
    section('Findings', comparison.findings.map(findingItem)),
    section('On one side only', oneSidedItems(outline)),
    section('The same change in several objects', repeatedItems(outline, comparison)),
    section(
      'Differences',
      outline.objects.map((object) => objectItem(object, comparison)).filter((item) => item !== ''),
    ),
    section(
      'Different on purpose',
      explained.map(
        ({ title, path, detail }) =>
          `<li><div><code>${escapeHtml(`${title} ${path}`)}</code> <span class="muted">${escapeHtml(detail)}</span></div></li>`,
      ),
    ),
    footer(comparison, left),
  ]
  return htmlPage({ title, body: body.filter((part) => part !== '').join('\n') })
}

function header(comparison: Comparison): string {
  const counts = severityCounts(comparison)
  return `<header>
<p class="verdict ${comparison.verdict}">${comparison.verdict}</p>
<h1>${escapeHtml(whatWasCompared(comparison))}</h1>
<p>${escapeHtml([counts, objectCounts(comparison)].filter((part) => part !== '').join('. '))}</p>
</header>`
}

function clusterTable(comparison: Comparison): string {
  const rows = comparison.clusters.map((cluster) => {
    const role = cluster.name === comparison.baseline ? ' (baseline)' : ''
    const cells = [
      cluster.name + role,
      cluster.flux ?? '-',
      cluster.kubernetes ?? '-',
      toSeconds(cluster.takenAt),
      describeReading(cluster),
    ]
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
  })
  const heads = ['Cluster', 'Flux', 'Kubernetes', 'Taken', 'Read']
    .map((head) => `<th scope="col">${head}</th>`)
    .join('')
  return `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function section(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<section><h2>${title}</h2><ul>${items.join('\n')}</ul></section>`
}

function badge(severity: Severity): string {
  return `<span class="badge ${severity}">${severity}</span>`
}

function findingItem({ severity, message, hint }: Finding): string {
  return `<li>${badge(severity)} <div>${escapeHtml(message)}<br><span class="muted">${escapeHtml(hint)}</span></div></li>`
}

function oneSidedItems({ oneSided }: Outline): string[] {
  return oneSided.map((group) => {
    const own = group.drift
      ? `<code>${escapeHtml(displayRef(group.drift.ref))}</code> ${escapeHtml(describePresence(group.drift))}`
      : ''
    const children = group.children.map(({ ref }) => `<li><code>${escapeHtml(displayRef(ref))}</code></li>`).join('')
    const list =
      children === ''
        ? ''
        : `<details><summary>${escapeHtml(describeChildren(group))}</summary><ul>${children}</ul></details>`
    return `<li>${badge(group.severity)} <div>${own}${list}</div></li>`
  })
}

function repeatedItems({ repeated }: Outline, comparison: Comparison): string[] {
  return repeated.map(({ kind, difference, presence, refs }) => {
    const names = refs.map((ref) => `<li><code>${escapeHtml(displayRef(ref))}</code></li>`).join('')
    const own = clustersWithObject(comparison, presence)
    const list = `<details><summary>${refs.length} ${escapeHtml(kind)}</summary><ul>${names}</ul></details>`
    return `<li>${badge(difference.severity)} <div>${change(difference, own)}${list}</div></li>`
  })
}

function objectItem(object: ObjectOutline, comparison: Comparison): string {
  const { drift, severity, blocks } = object
  const own = clustersWithObject(comparison, drift.presence)
  const used =
    drift.usedBy.length === 0
      ? ''
      : `<p class="muted">used by ${escapeHtml(drift.usedBy.map(displayRef).join(', '))}</p>`
  const rows = blocks.flatMap(({ differences }) =>
    differences.map((difference) => `<div class="change">${change(difference, own)}</div>`),
  )
  const derived = describeDerived(object)
  const follows = derived === null ? '' : `<p class="muted">${escapeHtml(derived)}</p>`
  if (blocks.length === 0) {
    return derived === null ? '' : `<li class="object"><code>${escapeHtml(displayRef(drift.ref))}</code>${follows}</li>`
  }
  const summary = `${badge(severity)} <code>${escapeHtml(displayRef(drift.ref))}</code> <span class="muted">${plural(rows.length, 'difference')}</span>`
  return `<li class="object"><details open><summary>${summary}</summary>${used}${rows.join('\n')}${follows}</details></li>`
}

function change(difference: Difference, names: readonly ClusterName[]): string {
  const pointer = pointersOf(difference)
  const path = `<code class="path" title="${escapeHtml(pointer)}">${escapeHtml(placeOf(difference))}</code>`
  if (Object.values(difference.changes).includes('moved'))
    return `${path} <span class="muted">moved: the order differs</span>`
  const notes = [describeOrigins(difference, names), difference.explanation].filter((note) => note !== null)
  const muted = notes.map((note) => `<p class="muted">${escapeHtml(note)}</p>`).join('')
  return path + (lines(difference) ?? values(difference, names)) + muted
}

function values(difference: Difference, names: readonly ClusterName[]): string {
  const groups = groupValues(difference, names)
  const rows = groups.map(({ clusters, value, unknown }) => {
    const text =
      unknown === null ? (value === undefined ? 'absent' : displayValue(value, difference)) : `not known: ${unknown}`
    const plain = value === undefined ? ' class="muted"' : ''
    return `<tr><th scope="row"><div class="names">${named(clusters)}</div></th><td${plain}><pre>${escapeHtml(text, safeText)}</pre></td></tr>`
  })
  return `<div class="scroll"><table class="values">${rows.join('')}</table></div>`
}

/** More names than these are folded: they would bury the values of each difference. */
const MAX_NAMES = 6
const NAMES_SHOWN = 3

function named(clusters: readonly ClusterName[]): string {
  if (clusters.length <= MAX_NAMES) return escapeHtml(clusters.join(', '))
  const [shown, rest] = [clusters.slice(0, NAMES_SHOWN), clusters.slice(NAMES_SHOWN)]
  const summary = `${escapeHtml(shown.join(', '))} and ${rest.length} more`
  return `<details><summary>${summary}</summary>${escapeHtml(rest.join(', '))}</details>`
}

function lines({ values: all }: Difference): string | null {
  const texts = Object.values(all)
  const [from, to] = texts
  if (texts.length !== 2 || !isLongText(from) || !isLongText(to)) return null
  const changed = diffLines(from, to)
  if (changed === null) return null
  const rows = changed.map(({ sign, text }) => {
    const kind = sign === '+' ? 'ins' : sign === '-' ? 'del' : 'same'
    return `<span class="${kind}">${escapeHtml(sign === '@' ? '…' : `${sign} ${text}`)}</span>`
  })
  return `<pre class="lines">${rows.join('\n')}</pre>`
}

function footer(comparison: Comparison, left: string): string {
  const { id, engine } = comparison
  const rest = [setAside(comparison), left].filter((part) => part !== '').map((part) => ` ${part}.`)
  return `<footer>${escapeHtml(`${id}, flux-compare ${engine}.${rest.join('')}`)}</footer>`
}

function escapeHtml(text: string, safe: (text: string) => string = safeLine): string {
  return safe(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
