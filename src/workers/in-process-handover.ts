import type { Handover } from '../service/job-queue.ts'
import { checkHandoverSize, type HandoverLimits } from './handover-limits.ts'
import { checkJobId } from './job-names.ts'

type Held = { readonly parts: readonly Uint8Array[]; readonly expires: NodeJS.Timeout }

/** Handovers in the memory of this process. `clear` drops them all. */
export function createInProcessHandover(limits: HandoverLimits): {
  readonly handover: Handover
  readonly clear: () => void
} {
  const held = new Map<string, Held>()
  const drop = (id: string): void => {
    clearTimeout(held.get(id)?.expires)
    held.delete(id)
  }
  const handover: Handover = {
    put: async (id, parts) => {
      checkJobId(id)
      checkHandoverSize(parts, limits)
      drop(id)
      const expires = setTimeout(() => held.delete(id), limits.ttlMs).unref()
      held.set(id, { parts: parts.map((part) => Uint8Array.from(part)), expires })
    },
    take: async (id) => held.get(id)?.parts ?? null,
    drop: async (id) => drop(id),
  }
  return {
    handover,
    clear: () => {
      for (const id of held.keys()) drop(id)
    },
  }
}
