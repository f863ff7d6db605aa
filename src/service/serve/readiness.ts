import type { ServicePorts } from '../service-ports.ts'
import type { Readiness } from '../service.ts'

/** Asks each part for the least that it can do. Never rejects. */
export async function readinessOf({ kept, runs, queue }: ServicePorts): Promise<Readiness> {
  const [database, ready] = await Promise.all([
    works(Promise.all([kept.newestSnapshots([]), runs.run('')])),
    queue.isReady().catch(() => false),
  ])
  return { database, queue: ready }
}

async function works(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked
    return true
  } catch {
    return false
  }
}
