import type { Json } from '../../model/json.ts'
import { compareMasks, isMasked } from '../../model/mask.ts'
import { holdsMask } from '../align-mask.ts'
import { sameJson } from '../same-json.ts'
import type { Side } from '../side.ts'
import { plainSteps } from '../path-pattern.ts'
import { askedPlaces, type AskedPlace, type Seen } from './asked-places.ts'
import { isChosen } from './choice.ts'
import type { Profiles } from './choice.ts'
import type { CompiledRule, Demand } from './compile.ts'
import { isInOrder } from './order.ts'
import type { OrderStep } from './order.ts'
import { tellValue } from './tell.ts'
import { viewOf, type Parts, type View } from './views.ts'

/** `unknown`: a secret, of which nothing but its equality may be asked. */
export type Status = 'ok' | 'broken' | 'unknown'

/** One path of one object at which a rule was asked. */
export type CheckedPlace = {
  readonly path: string
  /** Clusters about which the rule says something here. */
  readonly status: ReadonlyMap<Side, Status>
  /** What is broken, for people. */
  readonly broken: readonly { readonly text: string; readonly sides: readonly Side[] }[]
  /** Where the effective values that are broken come from, if not from the object itself: `ConfigMap/base:values.yaml`. */
  readonly sources: readonly string[]
  /** Of those whose status is unknown: where it is not known what stands there, rather than secret. */
  readonly unread: readonly Side[]
}

/** One object as rules see it. */
export type Specimen = {
  readonly sides: readonly Side[]
  readonly parts: Parts
  readonly profiles: Profiles
}

type Told = { readonly status: Status; readonly sides: readonly Side[]; readonly text: string }

/** Asks a rule of action `expect` or `mustDiffer` at each of its places in an object; of `mustEqual`, only whether it can be told. */
export function checkRule(compiled: CompiledRule, { sides, parts, profiles }: Specimen): CheckedPlace[] {
  const views = new Map(sides.map((side) => [side, viewOf(parts, side, compiled.rule.layers)]))
  const viewOn = (side: Side): View => views.get(side)!
  const seen = { sides, viewOn, context: parts.context, data: parts.data }
  const places = compiled.patterns.length === 0 ? [wholeObject(seen)] : askedPlaces(compiled, seen)
  return places.map((place) => {
    const known = sides.filter((side) => compiled.patterns.length === 0 || viewOn(side).tree !== undefined)
    return placeOf(place, checkPlace(compiled, { place, known, profiles, sourceAt: sourcesAt(place, viewOn) }), viewOn)
  })
}

type SourceAt = (side: Side) => string

/** Where an effective value comes from, behind it in a sentence. */
function sourcesAt({ steps, values }: AskedPlace, viewOn: Seen['viewOn']): SourceAt {
  return (side) => {
    const source = values.has(side) ? viewOn(side).sourceAt(steps) : null
    return source === null ? '' : ` from ${source}`
  }
}

function checkPlace(compiled: CompiledRule, asked: Asked): Told[] {
  const { rule, demands, order } = compiled
  const { known, place, profiles } = asked
  const chosen = (): Side[] => known.filter((side) => isChosen(rule, side, profiles))
  if (rule.action === 'mustEqual') return untold(chosen().filter((side) => place.unknown.has(side)))
  if (rule.action === 'mustDiffer') return mustDiffer(chosen(), place)
  const wild = isWild(compiled.patterns)
  return [
    ...demands.flatMap((demand) => checkDemand(demand, { ...asked, wild })),
    ...order.flatMap((step) => checkOrder(step, rule.expect?.as ?? 'number', asked)),
  ]
}

function untold(sides: readonly Side[]): Told[] {
  return sides.map((side) => ({ status: 'unknown', sides: [side], text: '' }))
}

function wholeObject({ sides, viewOn }: Seen): AskedPlace {
  const treeOn = (side: Side) => viewOn(side).tree
  const present = sides.filter((side) => treeOn(side) !== undefined && treeOn(side) !== null)
  return {
    path: '',
    steps: [],
    values: new Map(present.map((side) => [side, 'present'])),
    unknown: new Set(sides.filter((side) => treeOn(side) === null)),
  }
}

/** What a wildcard finds on one side need not be on another. */
function isWild(patterns: CompiledRule['patterns']): boolean {
  return patterns.some((pattern) => !plainSteps(pattern).whole)
}

function placeOf({ path, steps, unknown }: AskedPlace, told: readonly Told[], viewOn: Seen['viewOn']): CheckedPlace {
  const status = new Map<Side, Status>()
  const rank: readonly Status[] = ['ok', 'unknown', 'broken']
  for (const { sides, status: one } of told) {
    for (const side of sides) {
      const known = status.get(side) ?? 'ok'
      status.set(side, rank.indexOf(one) > rank.indexOf(known) ? one : known)
    }
  }
  const broken = told.filter((entry) => entry.status === 'broken')
  const sources = broken.flatMap(({ sides }) => sides.flatMap((side) => viewOn(side).sourceAt(steps) ?? []))
  const unread = [...status].filter(([side, one]) => one === 'unknown' && unknown.has(side)).map(([side]) => side)
  return { path, status, broken, sources: [...new Set(sources)], unread }
}

type Asked = {
  readonly place: AskedPlace
  /** Sides that have the object, or may. */
  readonly known: readonly Side[]
  readonly profiles: Profiles
  readonly sourceAt: SourceAt
}

function checkDemand(demand: Demand, { place, known, profiles, wild, sourceAt }: Asked & { wild: boolean }): Told[] {
  const sides = known.filter((side) => isChosen(demand.choice, side, profiles))
  return sides.flatMap((side): Told[] => {
    if (place.unknown.has(side)) return untold([side])
    const value = place.values.get(side)
    if (value === undefined && wild && !('absent' in demand.test)) return []
    const status = statusOf(demand, value)
    const text = `${side.name} has ${tellValue(value)}${sourceAt(side)} instead of ${demand.text}`
    return [{ status, sides: [side], text }]
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

/** A pair of which one is not known leaves open what is to be thought of that one alone: the other may stand in order beside a third. */
function checkOrder(step: OrderStep, kind: OrderKind, asked: Asked): Told[] {
  const { place, known, profiles } = asked
  const having = known.filter((side) => place.values.has(side) || place.unknown.has(side))
  const lefts = having.filter((side) => isChosen(step.left, side, profiles))
  const rights = having.filter((side) => isChosen(step.right, side, profiles))
  return lefts.flatMap((left) =>
    rights
      .filter((right) => right !== left)
      .map((right) =>
        place.unknown.has(left) || place.unknown.has(right)
          ? { status: 'unknown', sides: [left, right].filter((side) => place.unknown.has(side)), text: '' }
          : checkPair(step, kind, { left, right, asked }),
      ),
  )
}

type OrderedPair = { readonly left: Side; readonly right: Side; readonly asked: Asked }

function checkPair({ operator }: OrderStep, kind: OrderKind, { left, right, asked }: OrderedPair): Told {
  const { place, sourceAt } = asked
  const [a, b] = [place.values.get(left)!, place.values.get(right)!]
  const sides = [left, right]
  if (holdsMask(a) || holdsMask(b)) return { status: 'unknown', sides, text: '' }
  const found = isInOrder(a, operator, b, kind)
  const tell = (value: Json, side: Side) => `${tellValue(value)} on ${side.name}${sourceAt(side)}`
  const both = `${tell(a, left)} and ${tell(b, right)}`
  if (found === null) return { status: 'broken', sides, text: `${both} cannot be ordered as ${kind}` }
  return { status: found ? 'ok' : 'broken', sides, text: `${both} are not ${left.name} ${operator} ${right.name}` }
}

/** Clusters with one value are told together. */
function mustDiffer(sides: readonly Side[], { values, unknown }: AskedPlace): Told[] {
  const having = sides.filter((side) => values.has(side) && !unknown.has(side))
  const statusOf = (one: Side, other: Side): Status => differenceStatus(values.get(one)!, values.get(other)!)
  const apart = having.flatMap((one, at) =>
    having.slice(at + 1).map((other): Told => ({ status: statusOf(one, other), sides: [one, other], text: '' })),
  )
  const groups = having.map((one) => having.filter((other) => other === one || statusOf(one, other) === 'broken'))
  const equal = groups.filter((group, at) => group.length > 1 && group[0] === having[at])
  const open = sides.filter((side) => unknown.has(side))
  return [
    // What is not known of one says nothing against what is known of the others.
    ...(having.length + open.length > 1 ? untold(open) : []),
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
