import { isJsonArray } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import type { SnapshotEntry } from '../model/snapshot.ts'
import { formatPointer } from './pointer.ts'
import type { Side } from './side.ts'
import type { Step } from './tree-types.ts'

/** A leaf whose value its mask does not tell, not even whether it equals another one. */
export type HiddenLeaf = {
  readonly steps: readonly Step[]
  /** RFC 6901, rooted at the tree. */
  readonly pointer: string
  readonly reason: 'sops' | 'presence'
}

/** Whether an object may hold such leaves. Only these are looked into: those of files, and those taken with `--secrets presence`. */
export function mayHide(entry: SnapshotEntry, side: Side): boolean {
  return entry.resourceVersion === null || side.snapshot.mask.endsWith(':presence')
}

/** Every leaf of the tree that is encrypted by SOPS or masked by presence; list items by position. The tree is within the limits on depth. */
export function findHidden(tree: Json): HiddenLeaf[] {
  const found: HiddenLeaf[] = []
  visit(tree, [], found)
  return found
}

function visit(value: Json, steps: readonly Step[], found: HiddenLeaf[]): void {
  if (typeof value !== 'object' || value === null) return
  if (isMasked(value)) return addMask(value.masked, steps, found)
  if (isJsonArray(value)) return value.forEach((item, index) => visit(item, [...steps, { index }], found))
  for (const key of Object.keys(value)) visit(value[key]!, [...steps, { key }], found)
}

function addMask(masked: string, steps: readonly Step[], found: HiddenLeaf[]): void {
  if (masked !== 'sops' && masked !== 'present') return
  const tokens = steps.map((step) => ('key' in step ? step.key : 'index' in step ? String(step.index) : ''))
  found.push({ steps, pointer: formatPointer(tokens), reason: masked === 'sops' ? 'sops' : 'presence' })
}
