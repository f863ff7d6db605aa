import { isKnownAt } from '../flux/effective.ts'
import type { Difference } from '../model/comparison.ts'
import { refKey } from '../model/resource-ref.ts'
import type { EffectiveUnit } from './effective.ts'
import { composedOn, type Composed } from './effective-leaves.ts'
import { isEffective, pointerIn, rootOf } from './layers.ts'
import { below } from './overlap.ts'
import { referencesOn, refOn } from './pairing.ts'
import { indexPaths, type PathIndex } from './path-index.ts'
import { parsePointer } from './pointer.ts'
import type { Run } from './run.ts'
import { parseSourceLabel } from './source-label.ts'
import type { UnitResult } from './unit.ts'

/**
 * Differences of inline values and of referenced data that no user feels, because other sources win or give the same value: they count,
 * and their explanation says why nothing follows from them.
 */
export function explainWithoutEffect(run: Run, results: readonly UnitResult[]): UnitResult[] {
  const users = indexUsers(results)
  return results.map((result) => {
    if (result.differences.length === 0 || !mayShadow(result)) return result
    const explain = result.unit.data ? dataExplainer(run, result, users) : inlineExplainer(users(result.unit.key)!)
    const differences = result.differences.map((difference) => {
      const sources = difference.explanation === null ? explain(difference) : null
      return sources === null ? difference : { ...difference, explanation: `no effect: ${sources}` }
    })
    return { ...result, differences }
  })
}

/** An object that takes values from others, and what differs in what it takes. */
type User = {
  readonly effective: EffectiveUnit
  readonly states: readonly Composed[]
  readonly felt: PathIndex<{ readonly path: string }>
}
/** By {@link Unit.key}. */
type Users = (key: string) => User | undefined

/** Each is looked at once, since many may take their values from one object, and one from many. */
function indexUsers(results: readonly UnitResult[]): Users {
  const found = new Map(results.filter(({ effective }) => effective !== null).map((one) => [one.unit.key, one]))
  const users = new Map<string, User>()
  return (key) => {
    const result = found.get(key)
    if (result === undefined) return undefined
    const user = users.get(key) ?? userOf(result)
    users.set(key, user)
    return user
  }
}

function userOf({ effective, differences, hidden }: UnitResult): User {
  const slots = [...differences, ...hidden.map(({ slot }) => slot)]
  return {
    effective: effective!,
    states: [...composedOn(effective!).values()],
    felt: indexPaths(slots.filter(({ layer }) => isEffective(layer))),
  }
}

/** Whether another source may win over what is written in the object. */
function mayShadow({ unit, effective }: UnitResult): boolean {
  return unit.data || (effective !== null && !effective.inline)
}

/** What makes a difference one without effect; null where it has one, or nobody can say. */
type Explainer = (difference: Difference) => string | null

function inlineExplainer(user: User): Explainer {
  const root = rootOf(user.effective.layer)
  const start = below(root, '')
  return (difference) => {
    if (difference.layer !== 'spec' || !isBelow(difference.path, start)) return null
    const path = difference.path.slice(start.length).replace(/^\./, '')
    const tokens = Object.values(difference.pointers).flatMap((pointer) => [
      parsePointer(pointer)?.slice(root.length) ?? [],
    ])
    return tokens.length === 0
      ? null
      : withoutEffect(user, { path, tokens: tokens[0]!, own: (from) => from === 'inline' })
  }
}

function isBelow(path: string, start: string): boolean {
  return path.startsWith(start) && /[.[]/.test(path[start.length] ?? '')
}

/** Every user must be known: one that reads the data in another way may feel what the others do not. */
function dataExplainer(run: Run, result: UnitResult, users: Users): Explainer {
  const references = run.sides.flatMap((side) => referencesOn(result.unit, side))
  const found = [...new Set(references.map(({ from }) => refKey(from)))].map(users)
  const plain = references.every(({ use, yamlKey }) => use === 'substitute' || (use === 'values' && yamlKey !== null))
  const names = new Set(run.sides.map((side) => refOn(result.unit, side).name))
  return (difference) => {
    if (difference.layer !== 'data' || !plain || found.length === 0) return null
    const [pointer] = Object.values(difference.pointers)
    const [key] = parsePointer(pointerIn('data', pointer ?? '')) ?? []
    if (key === undefined) return null
    const own = (from: string): boolean => {
      const source = parseSourceLabel(from)
      return source?.kind === result.unit.ref.kind && source.key === key && names.has(source.name)
    }
    const reasons = new Set<string>()
    for (const user of found) {
      const reason = user === undefined ? null : effectOn(user, difference, { key, own })
      if (reason === null) return null
      reasons.add(reason)
    }
    return [...reasons].join('; ')
  }
}

type Source = { readonly key: string; readonly own: (from: string) => boolean }

function effectOn(user: User, { path }: Difference, { key, own }: Source): string | null {
  const whole = below([key], '')
  if (user.effective.layer === 'substitutions') return withoutEffect(user, { path: whole, tokens: [key], own })
  if (!isBelow(path, whole)) return null
  const rest = path.slice(whole.length).replace(/^\./, '')
  const tokens = keysOf(rest)
  return tokens === null ? null : withoutEffect(user, { path: rest, tokens, own })
}

const KEY = /\.?(?<bare>[A-Za-z_][\w-]*)|\[(?<quoted>"(?:[^"\\]|\\.)*")\]/y

/** The keys on a path to its first list item; pointers end at the text of a document, so they do not tell. Null where there are none. */
function keysOf(path: string): string[] | null {
  const keys: string[] = []
  const next = new RegExp(KEY)
  for (let found = next.exec(path); found !== null; found = next.exec(path)) {
    const { bare, quoted } = found.groups!
    keys.push(bare ?? String(JSON.parse(quoted!)))
  }
  return keys.length === 0 ? null : keys
}

type Place = {
  readonly path: string
  readonly tokens: readonly string[]
  /** Whether a label is that of the source that differs. */
  readonly own: (from: string) => boolean
}

function withoutEffect({ effective, states, felt }: User, { path, tokens, own }: Place): string | null {
  if (states.length < effective.states.size || !states.every(({ missing }) => isKnownAt(missing, tokens))) return null
  if (felt(path).length > 0) return null
  const winners = states.map((state) => state.originAt(tokens)?.from ?? null)
  const others = [...new Set(winners.filter((from) => from !== null && !own(from)))]
  if (others.length === 0) return null
  const everywhere = winners.every((from) => from === null || !own(from))
  return everywhere ? `shadowed by ${others.join(', ')}` : `${others.join(', ')} gives the same value`
}
