import { elideValues } from '../model/elide-values.ts'
import { isMasked } from '../model/mask.ts'
import type { Json } from '../model/json.ts'
import { displayRef } from '../model/resource-ref.ts'
import { isMuted } from '../service/ledger/notes.ts'
import type { ToldDrift, ToldDriftView, ToldEvent } from '../service/ledger/told-drift.ts'
import type { Rows } from './data-output.ts'
import { printable, renderTable } from './table.ts'

const HEADS = ['ID', 'STATE', 'SEVERITY', 'OBJECT', 'WHAT', 'CLUSTERS', 'SINCE', 'COMPARED', 'NOTE']

export function listRows(items: readonly ToldDrift[], now: Date): Rows {
  const rows = items.map((entry) => [
    entry.id,
    entry.state,
    entry.severity,
    objectOf(entry),
    whatOf(entry),
    entry.item.clusters.join(', '),
    entry.since.at,
    comparedOf(entry),
    noteOf(entry, now),
  ])
  return { heads: HEADS, rows }
}

function objectOf({ item }: ToldDrift): string {
  return item.ref === null ? '-' : displayRef(item.ref)
}

function whatOf({ item }: ToldDrift): string {
  const { layer, path } = item
  // Paths of these begin with their layer, or say by themselves what they are.
  if (layer === 'finding' || path.startsWith(`${layer}.`)) return path
  return path === '' ? layer : `${layer} ${path}`
}

function comparedOf({ definition: { name, baseline, targets } }: ToldDrift): string {
  if (name !== null) return name
  return baseline === null ? targets.join(', ') : `${targets.join(', ')} with ${baseline}`
}

function noteOf(entry: ToldDrift, now: Date): string {
  const { acknowledged, muted, frozenSince, resolution, state } = entry
  return [
    ...(state === 'resolved' && resolution !== null && resolution !== 'gone' ? [resolution] : []),
    ...(frozenSince === null ? [] : [`not known since ${frozenSince}`]),
    ...(acknowledged === null ? [] : [`acknowledged by ${acknowledged.by}`]),
    ...(muted !== null && isMuted({ muted }, now.toISOString()) ? [`muted until ${muted.until}`] : []),
  ].join('; ')
}

/** One entry for people: what differs, since when, what happened to it. */
export function viewText(view: ToldDriftView, now: Date): string {
  const { item, since, firstSeen, lastSeen, appearances, resolvedAt } = view
  const note = noteOf(view, now)
  const lines: readonly string[] = [
    `${objectOf(view)} ${whatOf(view)}`,
    `${view.severity}, ${view.state}${note === '' ? '' : ` (${note})`}, comparing ${comparedOf(view)}`,
    ...(item.message === null ? [] : [item.message]),
    ...(item.cause === null ? [] : [item.cause]),
    ...item.among.filter(() => item.layer !== 'finding').map((cluster) => `  ${cluster}: ${valueOn(view, cluster)}`),
    `first seen ${firstSeen}, last ${lastSeen}, appeared ${appearances === 1 ? 'once' : `${appearances} times`}`,
    ...(view.state === 'resolved' && resolvedAt !== null ? [`resolved ${resolvedAt}`] : []),
    since.before === null ? `there since ${since.at} or before` : `there since ${since.at}`,
    ...Object.entries(since.revisions).map(([cluster, revision]) => `  ${cluster} had applied ${revision}`),
  ]
  const events = view.timeline.map((event) => [event.at, event.kind, tellingOf(event)])
  const timeline = events.length === 0 ? '' : `\n${renderTable(['AT', 'EVENT', 'DETAIL'], events)}`
  return `${lines.map(printable).join('\n')}\n${timeline}`
}

const LONGEST = 120

function valueOn({ item }: ToldDriftView, cluster: string): string {
  if (Object.hasOwn(item.unknown, cluster)) return `not known (${item.unknown[cluster]})`
  if (item.layer === 'presence') return 'present'
  const value = Object.hasOwn(item.values, cluster) ? elideValues(item.values, LONGEST)[cluster] : undefined
  if (value === undefined) return 'nothing'
  const text = isMasked(value) ? '(secret)' : JSON.stringify(withoutMasks(value))
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function withoutMasks(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isMasked(value)) return '(secret)'
  if (Array.isArray(value)) return value.map((item: Json) => withoutMasks(item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMasks(item)]))
}

function tellingOf({ kind, severity, previousSeverity, ...event }: ToldEvent): string {
  const parts = [
    ...(kind === 'worsened' ? [`${previousSeverity ?? '?'} to ${severity}`] : []),
    ...(event.resolution === null ? [] : [event.resolution]),
    ...(event.by === null ? [] : [`by ${event.by}`]),
    ...(event.owner === null ? [] : [`for ${event.owner}`]),
    ...(event.until === null ? [] : [`until ${event.until}`]),
    ...(event.reason === null ? [] : [event.reason]),
    ...Object.entries(event.revisions).map(([cluster, revision]) => `${cluster} ${revision}`),
  ]
  return parts.join(', ')
}
