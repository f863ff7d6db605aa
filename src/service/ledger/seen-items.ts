import { sha256 } from '../../flux/digest.ts'
import type { Comparison, Difference, Drift, Finding, PerCluster, Severity } from '../../model/comparison.ts'
import { elideValues } from '../../model/elide-values.ts'
import { canonicalJson, isJsonArray, isJsonObject, setOwn, type Json } from '../../model/json.ts'
import { compareText } from '../../model/resource-ref.ts'
import type { LedgerItem } from './ledger.ts'

/** One difference or finding of a comparison, as the ledger takes it. */
export type SeenItem = {
  readonly fingerprint: string
  readonly severity: Severity
  readonly item: LedgerItem
  readonly valueDigests: PerCluster<string>
  /** Null: a finding. */
  readonly drift: Drift | null
}

export type SeenItems = {
  /** By fingerprint; sorted by it. */
  readonly items: ReadonlyMap<string, SeenItem>
  /** Fingerprints of differences that are there, but are expected or parametric. */
  readonly explained: ReadonlySet<string>
}

/** What counts in a comparison: drift that does not follow from other drift, and every finding. */
export function seenItemsOf({ drifts, findings }: Comparison): SeenItems {
  const all = drifts.flatMap((drift) => drift.differences.map((difference) => ({ drift, difference })))
  const direct = all.filter(({ difference }) => difference.derivedFrom.length === 0)
  const isDrift = ({ difference }: (typeof all)[number]): boolean => difference.classification === 'drift'
  const seen = [
    ...direct.filter(isDrift).map(({ drift, difference }) => ofDifference(drift, difference)),
    ...findings.map(ofFinding),
  ].sort((a, b) => compareText(a.fingerprint, b.fingerprint))
  return {
    items: new Map(seen.map((one) => [one.fingerprint, one])),
    explained: new Set(direct.filter((one) => !isDrift(one)).map(({ difference }) => difference.fingerprint)),
  }
}

function ofDifference(drift: Drift, difference: Difference): SeenItem {
  const { layer, path, severity, within, changes, values, unknown, fingerprint } = difference
  const { ref, usedBy, cause, presence } = drift
  const among = Object.keys(presence).filter((cluster) => presence[cluster] === 'present')
  const known = Object.keys(presence).filter((cluster) => !Object.hasOwn(unknown, cluster))
  const digests = known.map((cluster): [string, string] => [
    cluster,
    Object.hasOwn(values, cluster) ? sha256(canonicalJson(values[cluster]!)).slice(0, 16) : NOTHING,
  ])
  const shown = mapped(elideValues(values, KEPT + 1), cutTexts)
  const item: LedgerItem = {
    ref,
    layer,
    path,
    message: null,
    clusters: Object.keys(changes),
    among,
    within,
    changes,
    values: shown,
    unknown,
    usedBy,
    cause: cause?.message ?? null,
  }
  return { fingerprint, severity, item, valueDigests: Object.fromEntries(digests), drift }
}

/** Stands for having nothing at the path. */
const NOTHING = ''

/** The text of a finding can hold numbers that say nothing new, so it has no values: it comes, goes and becomes worse. */
function ofFinding({ code, severity, clusters, ref, message, fingerprint }: Finding): SeenItem {
  const item: LedgerItem = {
    ref,
    layer: 'finding',
    path: code,
    message: cutText(message),
    clusters,
    among: clusters,
    within: null,
    changes: {},
    values: {},
    unknown: {},
    usedBy: [],
    cause: null,
  }
  return { fingerprint, severity, item, valueDigests: {}, drift: null }
}

/** Signs of a text that are kept: the whole value stands in the comparison. */
const KEPT = 400

function cutText(text: string): string {
  const signs = text.length > KEPT ? Array.from(text.slice(0, 2 * KEPT)) : null
  return signs !== null && signs.length > KEPT ? `${signs.slice(0, KEPT).join('')}…` : text
}

function cutTexts(value: Json): Json {
  if (typeof value === 'string') return cutText(value)
  if (isJsonArray(value)) return value.map(cutTexts)
  return isJsonObject(value) ? mapped(value, cutTexts) : value
}

function mapped(values: PerCluster<Json>, convert: (value: Json) => Json): Record<string, Json> {
  const result: Record<string, Json> = {}
  for (const [key, value] of Object.entries(values)) setOwn(result, key, convert(value))
  return result
}
