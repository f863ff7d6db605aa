import type { Comparison } from '../model/comparison.ts'

/** The machine contract, indented by two. */
export function renderJson(comparison: Comparison): string {
  return `${JSON.stringify(comparison, null, 2)}\n`
}
