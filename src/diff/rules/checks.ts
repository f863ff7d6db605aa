import type { Json } from '../../model/json.ts'
import { compareMasks, isMasked } from '../../model/mask.ts'
import { holdsMask } from '../align-mask.ts'
import { sameJson } from '../same-json.ts'
import type { Side } from '../side.ts'
import type { TreeContext } from '../tree-types.ts'
import { isChosen } from './choice.ts'
import type { Profiles } from './choice.ts'
import type { CompiledRule, Demand } from './compile.ts'
import { isInOrder } from './order.ts'
import type { OrderStep } from './order.ts'
import { findPlaces } from './places.ts'
import { tellValue } from './tell.ts'

/** `unknown`: a secret, of which nothing but its equality may be asked. */
export type Status = 'ok' | 'broken' | 'unknown'

/** One path of one object at which a rule was asked. */
export type CheckedPlace = {
  readonly path: string
  /** Clusters about which the rule says something here. */
  readonly status: ReadonlyMap<Side, Status>
  /** What is broken, for people. */
  readonly broken: readonly { readonly text: string; readonly sides: readonly Side[] }[]
}

/** One object as rules see it: its desired state on the sides that have it. */
export type Specimen = {
  readonly sides: readonly Side[]
  /** Undefined: proven absent; null: not known. */
  readonly treeOf: (side: Side) => Json | null | undefined
  readonly context: TreeContext
  readonly data: boolean
  readonly profiles: Profiles
}

type Values = ReadonlyMap<Side, Json>
type Told = { readonly status: Status; readonly sides: readonly Side[]; readonly text: string }

/** Asks a rule of action `expect` or `mustDiffer` at each of its places in an object. */
export function checkRule({ rule, patterns, demands, order }: CompiledRule, specimen: Specimen): CheckedPlace[] {
  const places = patterns.length === 0 ? wholeObject(specimen) : placesOf(patterns, specimen)
  const known = specimen.sides.filter((side) => patterns.length === 0 || isTreeKnown(specimen, side))
  return [...places].map(([path, values]) => {
    const told =
      rule.action === 'mustDiffer'
        ? mustDiffer(
            known.filter((side) => isChosen(rule, side, specimen.profiles)),
            values,
          )
        : [
            ...demands.flatMap((demand) => checkDemand(demand, { specimen, known, values, wild: isWild(patterns) })),
            ...order.flatMap((step) => checkOrder(step, rule.expect?.as ?? 'number', { specimen, known, values })),
          ]
    return placeOf(path, told)
  })
}

function isTreeKnown({ treeOf }: Specimen, side: Side): boolean {
  const tree = treeOf(side)
  return tree !== null && tree !== undefined
}

function wholeObject({ sides, treeOf }: Specimen): Map<string, Values> {
  const present = sides.filter((side) => treeOf(side) !== undefined && treeOf(side) !== null)
  return new Map([['', new Map(present.map((side) => [side, 'present']))]])
}

function placesOf(
  patterns: CompiledRule['patterns'],
  { sides, treeOf, context, data }: Specimen,
): Map<string, Map<Side, Json>> {
  const places = new Map<string, Map<Side, Json>>()
  for (const side of sides) {
    const tree = treeOf(side)
    if (tree === null || tree === undefined) continue
    for (const pattern of patterns) {
      for (const { path, value } of findPlaces(tree, pattern, context, data)) {
        const values = places.get(path) ?? new Map<Side, Json>()
        places.set(path, values.set(side, value))
      }
    }
  }
  return places
}

/** What a wildcard finds on one side need not be on another. */
function isWild(patterns: CompiledRule['patterns']): boolean {
  return patterns.some((pattern) => pattern.form === 'keyed' && pattern.parts.some((part) => 'any' in part))
}

function placeOf(path: string, told: readonly Told[]): CheckedPlace {
  const status = new Map<Side, Status>()
  const rank: readonly Status[] = ['ok', 'unknown', 'broken']
  for (const { sides, status: one } of told) {
    for (const side of sides) {
      const known = status.get(side) ?? 'ok'
      status.set(side, rank.indexOf(one) > rank.indexOf(known) ? one : known)
    }
  }
  return { path, status, broken: told.filter((entry) => entry.status === 'broken') }
}

type Asked = { readonly specimen: Specimen; readonly known: readonly Side[]; readonly values: Values }

function checkDemand(demand: Demand, { specimen, known, values, wild }: Asked & { readonly wild: boolean }): Told[] {
  const sides = known.filter((side) => isChosen(demand.choice, side, specimen.profiles))
  return sides.flatMap((side): Told[] => {
    if (specimen.treeOf(side) === null) return [{ status: 'unknown', sides: [side], text: '' }]
    const value = values.get(side)
    if (value === undefined && wild && !('absent' in demand.test)) return []
    const status = statusOf(demand, value)
    return [{ status, sides: [side], text: `${side.name} has ${tellValue(value)} instead of ${demand.text}` }]
  })
}

function statusOf({ test }: Demand, value: Json | undefined): Status {
  if ('absent' in test) return value === undefined ? 'ok' : 'broken'
  if (value === undefined) return 'broken'
  if (holdsMask(value)) return 'unknown'
  if ('value' in test) return sameJson(value, test.value) ? 'ok' : 'broken'
  return isText(value) && test.matches(String(value)) ? 'ok' : 'broken'
}

function isText(value: Json): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

type OrderKind = Parameters<typeof isInOrder>[3]

function checkOrder(step: OrderStep, kind: OrderKind, { specimen, known, values }: Asked): Told[] {
  const having = known.filter((side) => values.has(side))
  const lefts = having.filter((side) => isChosen(step.left, side, specimen.profiles))
  const rights = having.filter((side) => isChosen(step.right, side, specimen.profiles))
  return lefts.flatMap((left) =>
    rights.filter((right) => right !== left).map((right) => checkPair(step, kind, { left, right, values })),
  )
}

type OrderedPair = { readonly left: Side; readonly right: Side; readonly values: Values }

function checkPair({ operator }: OrderStep, kind: OrderKind, { left, right, values }: OrderedPair): Told {
  const [a, b] = [values.get(left)!, values.get(right)!]
  const sides = [left, right]
  if (holdsMask(a) || holdsMask(b)) return { status: 'unknown', sides, text: '' }
  const found = isInOrder(a, operator, b, kind)
  const both = `${tellValue(a)} on ${left.name} and ${tellValue(b)} on ${right.name}`
  if (found === null) return { status: 'broken', sides, text: `${both} cannot be ordered as ${kind}` }
  return { status: found ? 'ok' : 'broken', sides, text: `${both} are not ${left.name} ${operator} ${right.name}` }
}

/** Clusters with one value are told together. */
function mustDiffer(sides: readonly Side[], values: Values): Told[] {
  const having = sides.filter((side) => values.has(side))
  const statusOf = (one: Side, other: Side): Status => differenceStatus(values.get(one)!, values.get(other)!)
  const apart = having.flatMap((one, at) =>
    having.slice(at + 1).map((other): Told => ({ status: statusOf(one, other), sides: [one, other], text: '' })),
  )
  const groups = having.map((one) => having.filter((other) => other === one || statusOf(one, other) === 'broken'))
  const equal = groups.filter((group, at) => group.length > 1 && group[0] === having[at])
  return [
    ...apart.filter(({ status }) => status !== 'broken'),
    ...equal.map((group): Told => {
      const names = group.map((side) => side.name)
      return {
        status: 'broken',
        sides: group,
        text: `${names.slice(0, -1).join(', ')} and ${names.at(-1)} have the same value`,
      }
    }),
  ]
}

function differenceStatus(a: Json, b: Json): Status {
  if (isMasked(a) && isMasked(b)) {
    return ({ equal: 'broken', different: 'ok', unknown: 'unknown' } as const)[compareMasks(a.masked, b.masked)]
  }
  // A mask on one side alone: two spellings of what may be one value.
  if (isMasked(a) || isMasked(b)) return 'unknown'
  return sameJson(a, b) ? 'broken' : 'ok'
}
