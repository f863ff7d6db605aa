import type { Json } from '../../model/json.ts'
import { isEffective, rootOf } from '../layers.ts'
import { formatPath } from '../path.ts'
import { plainSteps } from '../path-pattern.ts'
import type { PathPattern } from '../path-pattern.ts'
import type { Side } from '../side.ts'
import type { Step, TreeContext } from '../tree-types.ts'
import type { CompiledRule } from './compile.ts'
import { findPlaces } from './places.ts'
import type { View } from './views.ts'

/** One place of an object at which a rule is asked, with what stands there. */
export type AskedPlace = {
  readonly path: string
  readonly steps: readonly Step[]
  readonly values: ReadonlyMap<Side, Json>
  /** Sides of which nobody can say what stands there. */
  readonly unknown: ReadonlySet<Side>
}

/** An object as its rules see it. */
export type Seen = {
  readonly sides: readonly Side[]
  readonly viewOn: (side: Side) => View
  readonly context: TreeContext
  readonly data: boolean
}

type Found = { readonly path: string; readonly steps: readonly Step[]; readonly values: Map<Side, Json> }

/**
 * The places at which the paths of a rule end on any side, and those of which nobody can say whether they do. A path without wildcards of
 * a rule that names a kind is a place of every object of that kind: what nobody has may be expected all the same.
 */
export function askedPlaces(rule: CompiledRule, seen: Seen): AskedPlace[] {
  const places = new Map<string, Found>()
  for (const written of rule.patterns) {
    const patterns = readingsOf(rule, written)
    const before = places.size
    for (const pattern of patterns) for (const side of seen.sides) addPlaces(rule, seen, { side, pattern, places })
    if (places.size === before) addPlainPlace(rule, seen, { pattern: patterns.at(-1)!, places })
  }
  return [...places.values()].map((place) => ({ ...place, unknown: unknownAt(place, seen) }))
}

/** What a path may mean: of a rule that names the layer of effective values, it may start at the root of these. */
function readingsOf({ rule }: CompiledRule, pattern: PathPattern): readonly PathPattern[] {
  if (pattern.form === 'pointer') return [pattern]
  const roots = (rule.layers ?? []).filter(isEffective).map((layer) => rootOf(layer).map((key) => ({ key })))
  const below = roots.filter((root) => !startsWith(pattern, root))
  return [pattern, ...below.map((root): PathPattern => ({ form: 'keyed', parts: [...root, ...pattern.parts] }))]
}

function startsWith(pattern: PathPattern, root: readonly { readonly key: string }[]): boolean {
  const { steps } = plainSteps(pattern)
  return root.every(({ key }, at) => isKey(steps[at], key))
}

function isKey(step: Step | undefined, key: string): boolean {
  return step !== undefined && 'key' in step && step.key === key
}

type Adding = { readonly pattern: PathPattern; readonly places: Map<string, Found> }

function addPlaces({ rule }: CompiledRule, seen: Seen, { side, pattern, places }: Adding & { side: Side }): void {
  const { tree, layerAt } = seen.viewOn(side)
  if (tree === null || tree === undefined) return
  for (const { path, steps, value } of findPlaces(tree, pattern, seen.context, seen.data)) {
    if (rule.layers && !rule.layers.includes(layerAt(steps))) continue
    const place = places.get(path) ?? { path, steps, values: new Map<Side, Json>() }
    places.set(path, place)
    place.values.set(side, value)
  }
}

/** The place that a path says by itself, where no side has it. */
function addPlainPlace({ rule }: CompiledRule, { sides, viewOn }: Seen, { pattern, places }: Adding): void {
  const { steps, whole } = plainSteps(pattern)
  const having = sides.filter((side) => viewOn(side).tree !== undefined)
  const inLayer = having.filter((side) => !rule.layers || rule.layers.includes(viewOn(side).layerAt(steps)))
  const isOpen = steps.length > 0 && inLayer.some((side) => viewOn(side).tree !== null && !viewOn(side).isKnown(steps))
  const isMeant = whole && rule.target?.kind !== undefined && inLayer.length > 0
  if (!isOpen && !isMeant) return
  const path = formatPath(steps)
  places.set(path, { path, steps, values: new Map() })
}

function unknownAt({ steps }: Found, { sides, viewOn }: Seen): Set<Side> {
  return new Set(
    sides.filter((side) => {
      const { tree, isKnown } = viewOn(side)
      return tree === null || (tree !== undefined && !isKnown(steps))
    }),
  )
}
