import type { Comparison, Difference } from '../../model/comparison.ts'
import { compareRefs, compareText } from '../../model/resource-ref.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { ClusterProfile } from '../../model/rules.ts'
import { compareSnapshots } from '../compare.ts'
import type { CompareInput } from '../compare.ts'
import { wordPairs } from './word-pairs.ts'

/** A parameter that would explain differences, with its value on each cluster. */
export type Candidate = {
  readonly name: string
  readonly values: Readonly<Record<string, string>>
  /** Differences that it explains beside those before it. */
  readonly explains: number
}

export type Suggestion = {
  readonly candidates: readonly Candidate[]
  /** Objects that would pair under different names. */
  readonly pairs: readonly (readonly ResourceRef[])[]
  /** Differences without and with all of them. */
  readonly before: number
  readonly after: number
}

/** Each candidate costs a comparison, so only the most frequent are tried. */
const MAX_TRIED = 8
const MAX_FOUND = 10
const MIN_SEEN = 2

type Profiles = Readonly<Record<string, ClusterProfile>>

/**
 * Learns parameters from what differs: words that differ in the same way at two places or more, of which no other word stands in the
 * same place. Each is tried, and kept if it explains at least two differences; the one that explains most comes first.
 */
export function suggestParameters(input: CompareInput): Suggestion {
  const run = (profiles: Profiles): Comparison => compareSnapshots({ ...input, explain: false, profiles })
  const bare = run(input.profiles ?? {})
  let here: State = { profiles: input.profiles ?? {}, comparison: bare, found: [] }
  while (here.found.length < MAX_FOUND) {
    const next = bestOf(here, run)
    if (next === null) break
    here = next
  }
  const { comparison, found } = here
  return {
    candidates: found,
    pairs: pairsIn(comparison),
    before: bare.summary.differences,
    after: comparison.summary.differences,
  }
}

type State = { readonly profiles: Profiles; readonly comparison: Comparison; readonly found: readonly Candidate[] }

/** The parameter that explains most of what is left, tried out; objects that pair may show differences that nobody saw before. */
function bestOf({ profiles, comparison, found }: State, run: (profiles: Profiles) => Comparison): State | null {
  const names = comparison.clusters.map(({ name }) => name)
  const tried = candidatesOf(comparison, names)
    .slice(0, MAX_TRIED)
    .map((values) => {
      const name = nameOf(values, found)
      const next = withParameter(profiles, name, values)
      const told = run(next)
      return { candidate: { name, values, explains: explainedBy(comparison, told) }, profiles: next, comparison: told }
    })
  const [best] = tried.toSorted((a, b) => b.candidate.explains - a.candidate.explains)
  if (best === undefined || best.candidate.explains < MIN_SEEN) return null
  return { profiles: best.profiles, comparison: best.comparison, found: [...found, best.candidate] }
}

/** Differences that became parametric, and objects that found their counterpart. */
function explainedBy(before: Comparison, after: Comparison): number {
  const single = ({ summary }: Comparison): number => summary.missing + summary.extra
  return after.summary.parametric - before.summary.parametric + single(before) - single(after)
}

function withParameter(profiles: Profiles, name: string, values: Readonly<Record<string, string>>): Profiles {
  const added = Object.entries(values).map(([cluster, value]): [string, ClusterProfile] => {
    const known = profiles[cluster] ?? { cluster, labels: {}, parameters: {} }
    return [cluster, { ...known, parameters: { ...known.parameters, [name]: value } }]
  })
  return { ...profiles, ...Object.fromEntries(added) }
}

type Seen = {
  readonly from: string
  readonly to: string
  readonly target: string
  count: number
  /** Paths at which it is the whole value, and whether it is a part of some text. */
  readonly whole: Set<string>
  isPart: boolean
}

/** Values per cluster, the most frequent first. Against the first cluster, each target has its own word for the same one, or the same word. */
function candidatesOf(comparison: Comparison, names: readonly string[]): Readonly<Record<string, string>>[] {
  const [baseline, ...targets] = names
  if (baseline === undefined) return []
  const seen = targets.flatMap((target) => frequentPairs(comparison, baseline, target))
  const groups = [...Map.groupBy(seen, ({ from }) => from)].map(([from, members]) => ({
    values: Object.fromEntries(
      names.map((name) => [name, members.find(({ target }) => target === name)?.to ?? from] as const),
    ),
    count: members.reduce((sum, { count }) => sum + count, 0),
  }))
  return groups
    .toSorted((a, b) => b.count - a.count || compareText(JSON.stringify(a.values), JSON.stringify(b.values)))
    .map(({ values }) => values)
}

function frequentPairs(comparison: Comparison, baseline: string, target: string): Seen[] {
  const seen = new Map<string, Seen>()
  for (const { from, to, path } of textPairs(comparison, baseline, target)) {
    for (const [a, b] of new Map(wordPairs(from, to).map((pair) => [pair.join('\0'), pair])).values()) {
      const key = `${a}\0${b}`
      const one = seen.get(key) ?? { from: a, to: b, target, count: 0, whole: new Set<string>(), isPart: false }
      one.count += 1
      if (a === from) one.whole.add(path)
      else one.isPart = true
      seen.set(key, one)
    }
  }
  const all = [...seen.values()].filter(({ count }) => count >= MIN_SEEN)
  const isBest = (one: Seen): boolean =>
    !all.some((other) => other !== one && (other.from === one.from || other.to === one.to) && other.count >= one.count)
  return all.filter(isBest).filter(isOfCluster)
}

/** The same setting of several objects (`mode: debug`) says something of these, and nothing of the cluster. */
function isOfCluster({ from, to, whole, isPart }: Seen): boolean {
  return isPart || whole.size > 1 || formOf([from, to]) !== null
}

type TextPair = { readonly from: string; readonly to: string; readonly path: string }

/** Texts that stand in the same place, and names of objects of one kind that have no counterpart. */
function textPairs({ drifts }: Comparison, baseline: string, target: string): TextPair[] {
  const values = drifts.flatMap(({ differences }) =>
    differences.filter(isText).flatMap(({ values: { [baseline]: from, [target]: to }, path }): TextPair[] => {
      return typeof from === 'string' && typeof to === 'string' ? [{ from, to, path }] : []
    }),
  )
  const single = drifts.filter(({ differences }) => differences.some(({ layer }) => layer === 'presence'))
  const only = (name: string, other: string) =>
    single.filter(({ presence }) => presence[name] === 'present' && presence[other] === 'absent').map(({ ref }) => ref)
  const names = only(baseline, target).flatMap((a) =>
    only(target, baseline)
      .filter((b) => a.kind === b.kind && a.group === b.group)
      .map((b): TextPair => ({ from: `${a.namespace}/${a.name}`, to: `${b.namespace}/${b.name}`, path: '' })),
  )
  return [...values, ...names]
}

/** What follows from others would be seen twice. */
function isText({ layer, classification, derivedFrom }: Difference): boolean {
  return layer !== 'presence' && classification === 'drift' && derivedFrom.length === 0
}

const NAMES: readonly (readonly [name: string, form: RegExp])[] = [
  ['env', /^(?:prod|production|prd|live|stg|staging|stage|dev|development|test|qa|uat|preview|sandbox|edge)$/i],
  ['region', /^(?:[a-z]{2,}-[a-z]+-?\d|(?:af|ap|ca|cn|eu|me|sa|us)[a-z]{1,3}\d)$/],
  ['account', /^\d{8,}$/],
  ['domain', /\.[a-z]{2,}$/i],
]

function formOf(values: readonly string[]): string | null {
  return NAMES.find(([, form]) => values.some((value) => form.test(value)))?.[0] ?? null
}

/** What the word looks like; else `p1`, `p2`. */
function nameOf(values: Readonly<Record<string, string>>, taken: readonly Candidate[]): string {
  const known = formOf(Object.values(values)) ?? 'p'
  const names = new Set(taken.map(({ name }) => name))
  if (known !== 'p' && !names.has(known)) return known
  for (let n = known === 'p' ? 1 : 2; ; n += 1) if (!names.has(`${known}${n}`)) return `${known}${n}`
}

function pairsIn({ drifts }: Comparison): (readonly ResourceRef[])[] {
  return drifts
    .filter(({ refs }) => Object.keys(refs).length > 1)
    .toSorted((a, b) => compareRefs(a.ref, b.ref))
    .map(({ refs }) => Object.values(refs))
    .filter((refs) => new Set(refs.map(({ namespace, name }) => `${namespace}/${name}`)).size > 1)
}
