import type { ClusterName } from '../model/cluster.ts'
import type { Comparison, Difference, Drift } from '../model/comparison.ts'
import { isBigNumber, type Json } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'

/** Text that a reader could take for another type, or not see at all, is quoted. */
const AMBIGUOUS = /^(?:|\s.*|.*\s|true|false|null|~|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[[{"'(].*)$/s

/**
 * The value of one cluster for people. A mask never shows its fingerprint: equal secrets get the same letter
 * (`secret A`), which says all that may be said about them.
 */
export function displayValue(value: Json, difference: Pick<Difference, 'values'>): string {
  if (isMasked(value)) return displayMask(value, difference)
  if (isBigNumber(value)) return value.$number
  if (typeof value === 'string') return displayText(value, difference)
  return JSON.stringify(value, (_, inner: Json) => (isMasked(inner) ? (inner.text ?? '***') : inner))
}

/** Signs that look like others (a space that does not break, letters and their accents) are shown as codes where they are all that differs. */
function displayText(text: string, { values }: Pick<Difference, 'values'>): string {
  const shown = AMBIGUOUS.test(text) ? JSON.stringify(text) : text
  const plain = text.normalize('NFKC')
  const isTaken = Object.values(values).some(
    (other) => typeof other === 'string' && other !== text && other.normalize('NFKC') === plain,
  )
  return isTaken ? shown.replaceAll(/[^\n -~]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`) : shown
}

function displayMask(value: { masked: string; text?: string }, difference: Pick<Difference, 'values'>): string {
  const shown = value.text === undefined ? '' : `${value.text} `
  if (value.masked === 'sops') return `${shown}(encrypted with SOPS)`
  if (value.masked === 'present') return `${shown}(secret, not compared)`
  return `${shown}(secret ${secretClass(value.masked, difference)})`
}

function secretClass(masked: string, difference: Pick<Difference, 'values'>): string {
  const tags = [
    ...new Set(Object.values(difference.values).flatMap((value) => (isMasked(value) ? [value.masked] : []))),
  ]
  return letter(tags.indexOf(masked))
}

/** 0 is A, 25 is Z, 26 is AA. */
function letter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last
}

export type ValueGroup = {
  readonly clusters: readonly ClusterName[]
  readonly value: Json | undefined
  readonly unknown: string | null
}

/** The clusters that have the object, baseline first: the others have no value for want of an object, which is told by its presence. */
export function clustersWithObject(
  { baseline, clusters }: Comparison,
  presence: Drift['presence'],
): readonly ClusterName[] {
  const names = clusters.map(({ name }) => name).filter((name) => presence[name] !== 'absent')
  return baseline !== null && names.includes(baseline)
    ? [baseline, ...names.filter((name) => name !== baseline)]
    : names
}

/** The clusters of a difference grouped by what they have at its path, in the order of `clusters`. */
export function groupValues(
  difference: Pick<Difference, 'values' | 'unknown'>,
  clusters: readonly ClusterName[],
): readonly ValueGroup[] {
  const groups = new Map<string, { clusters: ClusterName[]; value: Json | undefined; unknown: string | null }>()
  for (const cluster of clusters) {
    const unknown = Object.hasOwn(difference.unknown, cluster) ? difference.unknown[cluster]! : null
    const value = Object.hasOwn(difference.values, cluster) ? difference.values[cluster] : undefined
    const key = unknown === null ? (value === undefined ? 'absent' : `=${JSON.stringify(value)}`) : `?${unknown}`
    const group = groups.get(key) ?? { clusters: [], value, unknown }
    group.clusters.push(cluster)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** A string that reads better as lines than in a row. */
export function isLongText(value: Json | undefined): value is string {
  return typeof value === 'string' && (value.trimEnd().includes('\n') || value.length > 160)
}
