import type { Json } from '../model/json.ts'
import type { TreeContext, TreeDiff } from './tree-types.ts'

/**
 * What differs between two bodies rooted at the object, by meaning: defaults, normal forms, keyed, set-like and ordered lists, documents in
 * strings and masks. Never changes its arguments.
 */
export function diffTrees(from: Json, to: Json, context: TreeContext): TreeDiff {
  void [from, to, context]
  throw new Error('not built yet')
}
