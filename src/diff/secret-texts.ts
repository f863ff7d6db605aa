import type { EffectiveUnit } from './effective.ts'
import type { Effective, Gaps, Missing } from '../flux/effective.ts'
import type { Fingerprint } from '../flux/fingerprint.ts'
import { isTree } from '../flux/normal-form.ts'
import { setPathValue, type MutableMap } from '../flux/strvals.ts'
import { canonicalJson, dig, isBigNumber, isJsonObject, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isMasked, maskKeyId } from '../model/mask.ts'

type States = EffectiveUnit['states']
type Composed = Extract<Effective, { state: 'composed' }>

const REASON = 'a masked text, which Helm may read as another type'

/**
 * A masked text that a targetPath sets is not yet the value that Helm reads out of it (flux-facts 3a.9), so its fingerprint says nothing of
 * a value that another cluster has from elsewhere. Where that value, written as a text, has the same fingerprint, the text is known, and
 * its mask becomes that of what Helm reads; where not, it is not known.
 */
export function settleTexts(states: States, fingerprint: Fingerprint | null): States {
  const distinct = [...new Set(states.values())].filter((state) => state.state === 'composed')
  if (fingerprint === null || distinct.every(({ texts }) => texts.length === 0)) return states
  const settled = new Map(
    distinct.map((state) => {
      const others = distinct.filter((other) => other !== state)
      return [state, state.texts.reduce((made, place) => settle(made, place, { others, fingerprint }), state)]
    }),
  )
  return new Map([...states].map(([side, state]) => [side, state.state === 'composed' ? settled.get(state)! : state]))
}

type Around = { readonly others: readonly Composed[]; readonly fingerprint: Fingerprint }

function settle<T extends Composed>(state: T, place: readonly string[], { others, fingerprint }: Around): T {
  const mask = dig(state.tree, ...place)
  if (!isMasked(mask) || maskKeyId(mask.masked) === null) return state
  const values = others.flatMap((other) => {
    const value = isTextAt(other, place) ? undefined : dig(other.tree, ...place)
    return value === undefined || isTree(value) ? [] : [value]
  })
  if (values.length === 0) return state
  const text = values.flatMap(textsOf).find((candidate) => fingerprint(candidate) === mask.masked)
  const read = text === undefined ? undefined : readText(text)
  if (read !== undefined) return { ...state, tree: withValue(state.tree, place, { masked: fingerprint(read) }) }
  return { ...state, tree: withValue(state.tree, place, undefined), missing: withGap(state.missing, place) }
}

function isTextAt({ texts }: Composed, place: readonly string[]): boolean {
  return texts.some((other) => other.length === place.length && other.every((token, n) => token === place[n]))
}

/** Texts out of which Helm might read a value. */
function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value), `+${value}`]
  if (isBigNumber(value)) return [value.$number, `+${value.$number}`]
  if (typeof value === 'object' && value !== null) return []
  const word = canonicalJson(value)
  return [word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)]
}

/** What Helm reads out of a text; undefined where it fails, or sets more than the one path. */
function readText(text: string): Json | undefined {
  const tree: MutableMap = {}
  try {
    setPathValue(tree, 'x', text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return Object.keys(tree).length === 1 ? tree['x'] : undefined
}

/** A copy with another value at a place, or none. */
function withValue(tree: JsonObject, [key = '', ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const copy: Record<string, Json> = {}
  for (const name of Object.keys(tree)) {
    const old = tree[name]!
    if (name !== key) setOwn(copy, name, old)
    else if (rest.length > 0 && isJsonObject(old)) setOwn(copy, name, withValue(old, rest, value))
    else if (value !== undefined) setOwn(copy, name, value)
  }
  return copy
}

function withGap(missing: Missing | null, place: readonly string[]): Missing {
  const { reason, asked } = missing ?? { reason: REASON, asked: true }
  return { gaps: gapsAt(missing?.gaps ?? null, place), reason, asked }
}

function gapsAt(gaps: Gaps | null, [key = '', ...rest]: readonly string[]): Gaps {
  const below = gaps?.at.get(key)
  const inner = typeof below === 'object' ? below : null
  return {
    open: gaps?.open ?? false,
    at: new Map([...(gaps?.at ?? []), [key, rest.length === 0 ? 'all' : gapsAt(inner, rest)] as const]),
  }
}
