import { exceedsLimits } from '../model/json.ts'
import type { RawObject, SnapshotEntry } from '../model/snapshot.ts'

/** What `exceedsLimits` says of an object. */
export type ObjectLimits = (object: RawObject) => SnapshotEntry['limit']

/** Walks through each object once, however often it is asked. It keeps the objects alive: make one per reading. */
export function createObjectLimits(): ObjectLimits {
  const known = new Map<RawObject, SnapshotEntry['limit']>()
  return (object) => {
    const before = known.get(object)
    if (before !== undefined) return before
    const limit = exceedsLimits(object)
    known.set(object, limit)
    return limit
  }
}
