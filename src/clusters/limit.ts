/** Runs at most so many tasks at a time, the others in the order of their arrival. */
export type Limit = {
  readonly run: <T>(task: () => Promise<T>) => Promise<T>
  /** Lets more run at a time from now on. */
  readonly raise: (most: number) => void
}

/** A few instructions for each task: there are thousands of them, and a general queue costs more than the request. */
export function createLimit(least: number): Limit {
  let most = least
  const waiting: (() => void)[] = []
  let running = 0
  let first = 0
  const free = (): void => {
    const next = waiting[first]
    if (next === undefined) {
      running -= 1
      waiting.length = first = 0
      return
    }
    first += 1
    next()
  }
  return {
    run: async (task) => {
      if (running < most) running += 1
      else await new Promise<void>((resolve) => void waiting.push(resolve))
      try {
        return await task()
      } finally {
        free()
      }
    },
    raise: (raised) => {
      for (; most < raised; most += 1) {
        running += 1
        free()
      }
    },
  }
}
