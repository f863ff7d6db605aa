import type { Lane } from './job-queue.ts'

export const COMPARE_LANE: Lane = 'compare'

export function snapshotLane(pool: string): Lane {
  return `snapshot.${pool}`
}
