import type { Layer } from '../model/comparison.ts'
import { formatPath } from './path.ts'
import type { Step } from './tree-types.ts'

/** Which of the two trees of an object is looked at: its desired state, or its status. */
export type TreeName = 'body' | 'status'

/** The layer of a place in an object. Everything of a Flux object that is neither metadata nor status is desired state, so `spec`. */
export function layerOf(steps: readonly Step[], tree: TreeName, data: boolean): Layer {
  if (tree === 'status') return 'status'
  const [first] = steps
  const key = first && 'key' in first ? first.key : ''
  if (data) return key === 'data' ? 'data' : 'metadata'
  return key === 'metadata' ? 'metadata' : 'spec'
}

/** Paths of the layer `data` start at `data`, all others at the object. */
export function pathIn(layer: Layer, steps: readonly Step[]): string {
  return formatPath(layer === 'data' ? steps.slice(1) : steps)
}

export function pointerIn(layer: Layer, pointer: string): string {
  return layer === 'data' ? pointer.replace(/^\/data(?=\/|$)/, '') : pointer
}

export function withinIn(layer: Layer, within: string | null): string | null {
  return within === null || layer !== 'data' ? within : within.replace(/^data\.?/, '')
}
