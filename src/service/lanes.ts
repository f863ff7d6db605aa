import type { Lane } from './job-queue.ts'

export const COMPARE_LANE: Lane = 'compare'
/** Of wake-ups, and of nothing else. */
export const WAKE_LANE: Lane = 'wake'

export function snapshotLane(pool: string): Lane {
  return `snapshot.${pool}`
}
