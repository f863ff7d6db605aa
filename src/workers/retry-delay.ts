/** Share of a delay that is left to chance, so that jobs that failed together do not come back together. */
export const JITTER = 0.25

/** Milliseconds before try `attempt` + 1: `backoffMs` after the first try, doubled after each further one, less up to {@link JITTER}. */
export function retryDelay(attempt: number, backoffMs: number): number {
  const full = backoffMs * 2 ** (attempt - 1)
  return Math.round(full * (1 - JITTER * Math.random()))
}
