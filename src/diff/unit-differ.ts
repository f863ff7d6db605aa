import { splitGeneratedName } from '../flux/generator-name.ts'
import { withoutValuesCheck } from '../flux/values-check.ts'
import type { Json } from '../model/json.ts'
import type { Digest } from '../model/snapshot.ts'
import type { TreeName } from './layers.ts'
import { namespaceOf, referencesOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import { resolve } from './resolve.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import { diffTrees } from './tree-diff.ts'
import type { Step, TreeContext, TreeDiff } from './tree-types.ts'

/** Compares trees of one object; each distinct pair of digests once. Bodies are loaded when they are first needed. */
export type UnitDiffer = {
  readonly context: TreeContext
  /** Equal for equal trees. */
  readonly digest: (side: Side, tree: TreeName) => string
  readonly load: (side: Side, tree: TreeName) => Json
  readonly diff: (from: Side, to: Side, tree: TreeName) => TreeDiff
  readonly resolve: (side: Side, steps: readonly Step[], tree: TreeName) => { pointer: string; value: Json } | null
}

/** Null: no status yet, which is an empty tree. */
export function digestOn(unit: Unit, side: Side, tree: TreeName): Digest | null {
  const entry = unit.entries[side.index]
  return (tree === 'body' ? entry?.digest : entry?.statusDigest) ?? null
}

/** The bodies of one object: each is loaded once, when it is first needed. */
export type UnitBodies = { readonly load: (side: Side, tree: TreeName) => Json }

export function createUnitBodies(unit: Unit): UnitBodies {
  const bodies = new Map<Digest, Json>()
  return {
    load: (side, tree) => {
      const digest = digestOn(unit, side, tree)
      if (digest === null) return {}
      const known = bodies.get(digest)
      if (known !== undefined) return known
      const stored = side.snapshot.body(digest)
      const body = tree === 'status' ? withoutValuesCheck(stored) : stored
      bodies.set(digest, body)
      return body
    },
  }
}

export function createUnitDiffer(run: Run, unit: Unit, { load }: UnitBodies): UnitDiffer {
  const diffs = new Map<string, TreeDiff>()
  const context = contextOf(run, unit)
  const diff = (from: Side, to: Side, tree: TreeName): TreeDiff => {
    const key = `${digestOn(unit, from, tree)} ${digestOn(unit, to, tree)}`
    const known = diffs.get(key)
    if (known !== undefined) return known
    const found = diffTrees(load(from, tree), load(to, tree), context)
    diffs.set(key, found)
    return found
  }
  return {
    context,
    digest: (side, tree) => digestOn(unit, side, tree) ?? '',
    load,
    diff,
    resolve: (side, steps, tree) => resolve(load(side, tree), steps, context),
  }
}

/** What the fields of the object mean. */
export function contextOf(run: Run, unit: Unit): TreeContext {
  const { group, kind, name } = unit.ref
  const namespace = namespaceOf(unit)
  return {
    group,
    kind,
    namespace,
    ...(unit.names === null ? { name } : {}),
    fingerprint: run.fingerprint,
    ...(kind === 'Secret' ? { readInTwoWays: readInTwoWays(run, unit) } : {}),
    sameReference: (from, to) => stemOf(from) === stemOf(to) && run.sameName(namespace, from, to),
  }
}

/** Names that parameters pair are told as what they are: two names, explained by the parameters. */
function stemOf(name: string): string {
  return splitGeneratedName(name)?.stem ?? name
}

/** Data keys that are masked as the tree of their YAML on some of the clusters, and whole on others. */
function readInTwoWays(run: Run, unit: Unit): ReadonlySet<string> {
  const present = run.sides.filter((side) => unit.entries[side.index])
  const keysOf = (side: Side) => new Set(referencesOn(unit, side).flatMap(({ yamlKey }) => yamlKey ?? []))
  const keys = present.map(keysOf)
  return new Set(keys.flatMap((some) => [...some]).filter((key) => !keys.every((others) => others.has(key))))
}
