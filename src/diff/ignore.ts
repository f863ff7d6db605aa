import { matchesPath, parsePathPattern } from './path-pattern.ts'
import type { Step } from './tree-types.ts'

/** Where a difference stands, rooted at the object: steps, and the pointers of the clusters that have something there. */
export type Place = { readonly steps: readonly Step[]; readonly pointers: readonly (string | null)[] }

/** Gives the pattern that hides a place, as the user wrote it; null where none does. */
export type IgnoreRules = (place: Place, data: boolean) => string | null

/**
 * The patterns of `--ignore`, for every object. In ConfigMaps and Secrets a keyed path may also start below `data`, as reports show it.
 * Throws `input-invalid` for a pattern that cannot be read.
 */
export function createIgnoreRules(texts: readonly string[]): IgnoreRules {
  const rules = texts.map((text) => ({ text, pattern: parsePathPattern(text) }))
  return (place, data) => {
    const [first, ...below] = place.steps
    const inData = data && first !== undefined && 'key' in first && first.key === 'data'
    const found = rules.find(
      ({ pattern }) =>
        pointersOf(place).some((pointer) => matchesPath(pattern, place.steps, pointer)) ||
        (inData && pattern.form === 'keyed' && matchesPath(pattern, below, '')),
    )
    return found?.text ?? null
  }
}

function pointersOf(place: Place): readonly string[] {
  const pointers = place.pointers.filter((pointer) => pointer !== null)
  return pointers.length === 0 ? [''] : pointers
}
