import type { Comparison } from '../model/comparison.ts'
import { displayRef } from '../model/resource-ref.ts'
import { followsDifference } from './outline.ts'
import { safeLine } from './terminal.ts'

/** `Kind/namespace/name` of every drifted object, one a line, for loops in a shell. */
export function renderName({ drifts }: Comparison): string {
  const drifted = drifts.filter(({ differences }) => !differences.every(followsDifference))
  return drifted.map(({ ref }) => `${safeLine(displayRef(ref))}\n`).join('')
}
