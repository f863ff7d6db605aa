import { isKnownAt } from '../../flux/effective.ts'
import { isTree } from '../../flux/normal-form.ts'
import type { Layer } from '../../model/comparison.ts'
import { dig, isJsonObject, own, type Json, type JsonObject } from '../../model/json.ts'
import type { EffectiveUnit } from '../effective.ts'
import { layerOf, pointerIn, rootOf } from '../layers.ts'
import type { EffectiveLayer } from '../layers.ts'
import { parsePointer } from '../pointer.ts'
import { resolve } from '../resolve.ts'
import { INLINE_ORIGIN } from '../effective.ts'
import type { Side } from '../side.ts'
import type { Step, TreeContext } from '../tree-types.ts'

/** One object on one side, as a rule sees it. */
export type View = {
  /** Undefined: proven absent; null: not known. */
  readonly tree: Json | null | undefined
  readonly layerAt: (steps: readonly Step[]) => Layer
  /** Whether it is known what stands at a place and below it. */
  readonly isKnown: (steps: readonly Step[]) => boolean
  /** The source of an effective value, other than the object itself: `ConfigMap/base:values.yaml`. */
  readonly sourceAt: (steps: readonly Step[]) => string | null
}

/** What is known of an object, beside what it says. */
export type Parts = {
  /** What the object says. Undefined: proven absent; null: not known. */
  readonly bodyOf: (side: Side) => Json | null | undefined
  /** Null where status was not asked for, or on a side that has none. */
  readonly statusOf: ((side: Side) => Json | null) | null
  readonly effective: EffectiveUnit | null
  readonly context: TreeContext
  readonly data: boolean
}

/**
 * What a rule is asked of: below `spec.values` of a HelmRelease and `spec.postBuild.substitute` of a Kustomization the effective values, from
 * wherever they come, unless the rule names the layer `spec` and not theirs.
 */
export function viewOf(parts: Parts, side: Side, layers: readonly Layer[] | undefined): View {
  const body = parts.bodyOf(side)
  const status = parts.statusOf?.(side) ?? null
  const written = { ...writtenView(parts, body, status), tree: withStatus(body, status) }
  const { effective } = parts
  if (effective === null || body === null || body === undefined) return written
  if (layers && !layers.includes(effective.layer) && layers.includes('spec')) return written
  return effectiveView(parts, { effective, side, written })
}

function writtenView({ data }: Parts, body: View['tree'], status: Json | null): Omit<View, 'tree'> {
  const isStatus = (steps: readonly Step[]): boolean => isKey(steps[0], 'status')
  return {
    layerAt: (steps) => (isStatus(steps) && !data ? 'status' : layerOf(steps, 'body', data)),
    isKnown: (steps) => body !== null && (data || !isStatus(steps) || status !== null),
    sourceAt: () => null,
  }
}

function withStatus(body: View['tree'], status: Json | null): View['tree'] {
  const told = own(status ?? {}, 'status')
  return told === undefined || !isJsonObject(body ?? undefined) ? body : { ...(body as JsonObject), status: told }
}

type Around = { readonly effective: EffectiveUnit; readonly side: Side; readonly written: View }

function effectiveView({ context }: Parts, { effective, side, written }: Around): View {
  const { layer, inline } = effective
  const root = rootOf(layer)
  const state = effective.states.get(side)
  const own = inline && layer === 'values'
  const composed = state?.state === 'composed' ? state : null
  const tree = own ? written.tree : withSubtree(written.tree ?? {}, root, composed?.tree ?? {})
  return {
    tree,
    layerAt: (steps) => (isBelow(steps, root) ? layer : written.layerAt(steps)),
    isKnown: (steps) => {
      if (!isBelow(steps, root)) return written.isKnown(steps)
      return composed !== null && isKnownAt(composed.missing, keysOf(steps.slice(root.length)))
    },
    sourceAt: (steps) => {
      if (composed === null || own || !isBelow(steps, root)) return null
      const origin = composed.originAt(tokensAt(tree ?? {}, steps, { layer, context }) ?? [])
      return origin === null || origin.from === INLINE_ORIGIN.from ? null : origin.from
    },
  }
}

type In = { readonly layer: EffectiveLayer; readonly context: TreeContext }

function tokensAt(tree: Json, steps: readonly Step[], { layer, context }: In): readonly string[] | null {
  const found = resolve(tree, steps, context)
  return found === null ? null : parsePointer(pointerIn(layer, found.pointer))
}

function isKey(step: Step | undefined, key: string): boolean {
  return step !== undefined && 'key' in step && step.key === key
}

function isBelow(steps: readonly Step[], root: readonly string[]): boolean {
  return steps.length >= root.length && root.every((key, at) => isKey(steps[at], key))
}

/** As far as keys lead: a list in which something is not known is unknown whole. */
function keysOf(steps: readonly Step[]): string[] {
  const end = steps.findIndex((step) => !('key' in step))
  return steps.slice(0, end < 0 ? steps.length : end).flatMap((step) => ('key' in step ? [step.key] : []))
}

/** A copy with another tree at the keys; none where both are empty. */
function withSubtree(tree: Json, [key = '', ...rest]: readonly string[], subtree: JsonObject): Json {
  const map = isTree(tree) ? tree : {}
  const below = dig(map, key)
  if (below === undefined && Object.keys(subtree).length === 0) return tree
  return { ...map, [key]: rest.length === 0 ? subtree : withSubtree(below ?? {}, rest, subtree) }
}
