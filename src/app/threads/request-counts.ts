import type { RequestCount } from './collect-functions.ts'

/** Counts answers by cluster and status until somebody takes them: a message for each would cost more than the request. */
export type RequestCounts = {
  readonly add: (cluster: string, status: number | null) => void
  /** What was counted since the last time. */
  readonly take: () => readonly RequestCount[]
}

/** Counts of one process, empty after each `take`. */
export function createRequestCounts(): RequestCounts {
  const counts = new Map<string, Map<string, number>>()
  return {
    add: (cluster, status) => {
      const own = counts.get(cluster) ?? new Map<string, number>()
      const code = status === null ? 'none' : String(status)
      counts.set(cluster, own.set(code, (own.get(code) ?? 0) + 1))
    },
    take: () => {
      const taken = [...counts].flatMap(([cluster, own]) => [...own].map(([code, count]) => ({ cluster, code, count })))
      counts.clear()
      return taken
    },
  }
}
