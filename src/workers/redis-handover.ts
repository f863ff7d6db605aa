import { randomUUID } from 'node:crypto'
import type { Handover } from '../service/job-queue.ts'
import { checkHandoverSize, type HandoverLimits } from './handover-limits.ts'
import { checkJobId } from './job-names.ts'
import { answered, type RedisClient } from './redis-connection.ts'

/** Handovers in Redis: a list of parts each, written and read part by part, so that no single answer is long in coming. */
export function createRedisHandover(client: RedisClient, prefix: string, limits: HandoverLimits): Handover {
  const keyOf = (id: string): string => {
    checkJobId(id)
    return `${prefix}:handover:${id}`
  }
  return {
    put: async (id, parts) => put(client, keyOf(id), parts, limits),
    take: async (id) => take(client, keyOf(id)),
    drop: async (id) => {
      const key = keyOf(id)
      await answered(client, () => client.del(key))
    },
  }
}

/** Under a key of its own until it is whole: two workers that hand over the same id must not mix their parts. */
async function put(
  client: RedisClient,
  key: string,
  parts: readonly Uint8Array[],
  limits: HandoverLimits,
): Promise<void> {
  checkHandoverSize(parts, limits)
  const own = `${key}:${randomUUID()}`
  // The empty first part makes a handover without parts another thing than none.
  for (const part of [Buffer.alloc(0), ...parts]) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
    await answered(client, () => client.multi().rpush(own, bytes).pexpire(own, limits.ttlMs).exec())
  }
  await answered(client, () => client.rename(own, key))
}

async function take(client: RedisClient, key: string): Promise<Uint8Array[] | null> {
  const length = await answered(client, () => client.llen(key))
  if (length === 0) return null
  const parts: Uint8Array[] = []
  for (let index = 1; index < length; index += 1) {
    const part = await answered(client, () => client.lindexBuffer(key, index))
    if (part === null) return null
    parts.push(part)
  }
  return parts
}
