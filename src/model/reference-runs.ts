import { refKey, sameRef } from './resource-ref.ts'
import type { Reference } from './snapshot.ts'

/** References in runs of the object that they stand in, in their order. */
export function referenceRuns(references: readonly Reference[]): readonly (readonly Reference[])[] {
  const runs: Reference[][] = []
  for (const reference of references) {
    const run = runs.at(-1)
    if (run && sameRef(run[0]!.from, reference.from)) run.push(reference)
    else runs.push([reference])
  }
  return runs
}

/** Runs by `refKey` of their object. Those of one object stand together in every snapshot. */
export function runsByObject(runs: readonly (readonly Reference[])[]): Map<string, readonly Reference[]> {
  return new Map(runs.flatMap((run) => (run[0] ? [[refKey(run[0].from), run] as const] : [])))
}
