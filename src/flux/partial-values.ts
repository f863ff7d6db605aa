import { dig, setOwn, type Json, type JsonObject } from '../model/json.ts'
import type { Gaps } from './effective.ts'
import { canSet, type Step } from './helm-merge.ts'
import { targetPathOf } from './helm-values.ts'
import { ANYTHING, isMutableMap, OPEN, openMap, setMember, setPathUnread, TWIN } from './strvals.ts'
import type { MutableJson, MutableMap } from './strvals.ts'
import { leafOf, plain } from './value-sources.ts'

type Composed<Stop> = { readonly values: MutableMap } | { readonly stop: Stop }
type State = { readonly values: MutableMap; readonly own: MutableMap }

const NOTHING_KNOWN = { values: openMap() } as const

/**
 * The merge of `composeSteps` where some items of valuesFrom are not known (`isUnknown` tells which stops mean that): what is left without
 * {@link ANYTHING} is there whatever they say, unless they make the controller fail. Changes `own` and the trees of steps.
 */
export function composePartly<Stop>(
  own: MutableMap,
  references: readonly Json[],
  resolve: (reference: Json, at: number) => Step<Stop>,
  isUnknown: (stop: Stop) => boolean,
): Composed<Stop> {
  let state: State = { values: {}, own }
  for (const [at, reference] of references.entries()) {
    const step = resolve(reference, at)
    if (step === 'skip') continue
    if ('stop' in step && !isUnknown(step.stop)) return { stop: step.stop }
    const next = 'stop' in step ? unread(reference, state) : applied(step, state)
    if (next === null) return NOTHING_KNOWN
    state = next
  }
  return { values: merge(state.values, state.own) }
}

/** Null: where it can be set depends on what is not known. */
function applied<Stop>(step: Exclude<Step<Stop>, 'skip' | { stop: Stop }>, { values, own }: State): State | null {
  if ('tree' in step) return { values: merge(values, step.tree), own }
  const merged = merge(values, own)
  return canSet(step.set, merged) ? { values: merged, own } : null
}

/**
 * An item of which the text is not known. Values at the root may be anything. So may what a targetPath sets and where: after a comma, the
 * text itself may name other paths. Only with `literal`, and no list on the way, it is the one path that is set.
 */
function unread(reference: Json, state: State): State | null {
  const path = targetPathOf(reference)
  if (path === '') return { values: openMap(), own: state.own }
  const merged = merge(state.values, state.own)
  if (dig(reference, 'literal') !== true || path.includes('[')) {
    return { values: openMap(), own: loosened(state.own, merged) }
  }
  const before = copyOf(state.own)
  if (!canSet((tree) => setPathUnread(tree, path, ANYTHING, leafOf(-1)), merged)) return null
  if (dig(reference, 'optional') !== true) return { values: merged, own: state.own }
  return { values: either(state.values, merged), own: either(before, state.own) }
}

/** `b` over `a`, as Helm merges maps. Where nobody knows whether a map of `b` is shared or copied, the result is its twin. */
function merge(a: MutableMap, b: MutableMap): MutableMap {
  const merged: MutableMap = a[OPEN] || b[OPEN] ? openMap() : {}
  for (const key of Object.keys(a)) if (!b[OPEN] || Object.hasOwn(b, key)) setMember(merged, key, a[key]!)
  for (const key of Object.keys(b)) {
    const below = Object.hasOwn(merged, key) ? merged[key]! : a[OPEN] ? ANYTHING : null
    setMember(merged, key, over(below, b[key]!))
  }
  return merged
}

function over(below: MutableJson, above: MutableJson): MutableJson {
  if (!isMutableMap(above)) return above
  if (isMutableMap(below)) return merge(below, above)
  return below === ANYTHING ? { ...merge(openMap(), above), [TWIN]: above } : above
}

/** What is left certain of `own` where anything may have been set in `merged`, which shares lists and some maps with it. */
function loosened(own: MutableMap, merged: MutableMap): MutableMap {
  const loose: MutableMap = own[OPEN] ? openMap() : {}
  for (const key of Object.keys(own)) {
    const [mine, made] = [own[key]!, merged[key]!]
    if (Array.isArray(mine)) setMember(loose, key, ANYTHING)
    else if (!isMutableMap(mine) || !isMutableMap(made)) setMember(loose, key, mine)
    else setMember(loose, key, made === mine || made[TWIN] === mine ? openMap() : loosened(mine, made))
  }
  return loose
}

/** What holds in both of two cases. */
function either(a: MutableMap, b: MutableMap): MutableMap {
  const both: MutableMap = a[OPEN] || b[OPEN] ? openMap() : {}
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const shared = Object.hasOwn(a, key) && Object.hasOwn(b, key)
    const [one, other] = [a[key]!, b[key]!]
    if (shared && isMutableMap(one) && isMutableMap(other)) setMember(both, key, either(one, other))
    else setMember(both, key, shared && one === other ? one : ANYTHING)
  }
  return both
}

function copyOf(map: MutableMap): MutableMap {
  const copy: MutableMap = map[OPEN] ? openMap() : {}
  for (const key of Object.keys(map)) {
    const value = map[key]!
    setMember(copy, key, isMutableMap(value) ? copyOf(value) : value)
  }
  return copy
}

/** What is known of a tree, as plain JSON, and what is not. A list with something unknown in it is unknown whole. */
export function knownPart(map: MutableMap): { readonly tree: JsonObject; readonly gaps: Gaps | null } {
  const tree: Record<string, Json> = {}
  const at = new Map<string, Gaps | 'all' | null>()
  for (const key of Object.keys(map)) {
    const value = map[key]!
    const inner = isMutableMap(value) ? knownPart(value) : null
    if (inner === null && holdsAnything(value)) at.set(key, 'all')
    else {
      setOwn(tree, key, inner === null ? plain(value) : inner.tree)
      at.set(key, inner?.gaps ?? null)
    }
  }
  const open = map[OPEN] === true
  return { tree, gaps: open || [...at.values()].some((gap) => gap !== null) ? { open, at } : null }
}

function holdsAnything(value: MutableJson): boolean {
  if (value === ANYTHING) return true
  if (Array.isArray(value)) return value.some(holdsAnything)
  return isMutableMap(value) && (value[OPEN] === true || Object.values(value).some(holdsAnything))
}
