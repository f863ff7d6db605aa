import type { Layer } from '../model/comparison.ts'
import { formatPath } from './path.ts'
import type { Step } from './tree-types.ts'

/** Layers of what a controller makes of an object and of the ConfigMaps and Secrets that it names. */
export type EffectiveLayer = Extract<Layer, 'values' | 'substitutions'>

/** Which tree of an object is looked at: its desired state, its status, or what is made of it (rooted at the object, as if it stood inline). */
export type TreeName = 'body' | 'status' | EffectiveLayer

/** Where the trees of a layer are rooted, if not at the object. */
export const LAYER_ROOTS = {
  data: ['data'],
  values: ['spec', 'values'],
  substitutions: ['spec', 'postBuild', 'substitute'],
} as const satisfies Partial<Record<Layer, readonly string[]>>

export function rootOf(layer: Layer): readonly string[] {
  return layer === 'data' || layer === 'values' || layer === 'substitutions' ? LAYER_ROOTS[layer] : []
}

export function isEffective(layer: Layer): layer is EffectiveLayer {
  return layer === 'values' || layer === 'substitutions'
}

/** The layer of a place in an object. Everything of a Flux object that is neither metadata nor status is desired state, so `spec`. */
export function layerOf(steps: readonly Step[], tree: TreeName, data: boolean): Layer {
  if (tree !== 'body') return tree
  const [first] = steps
  const key = first && 'key' in first ? first.key : ''
  if (data) return key === 'data' ? 'data' : 'metadata'
  return key === 'metadata' ? 'metadata' : 'spec'
}

/** Paths start at the root of their layer. */
export function pathIn(layer: Layer, steps: readonly Step[]): string {
  return formatPath(steps.slice(rootOf(layer).length))
}

export function pointerIn(layer: Layer, pointer: string): string {
  const root = rootOf(layer)
  if (root.length === 0) return pointer
  const start = `/${root.join('/')}`
  return pointer === start || pointer.startsWith(`${start}/`) ? pointer.slice(start.length) : pointer
}

export function withinIn(layer: Layer, within: string | null): string | null {
  const start = rootOf(layer).join('.')
  return within === null || start === '' || !within.startsWith(start)
    ? within
    : within.slice(start.length).replace(/^\./, '')
}
