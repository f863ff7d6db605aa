import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { AppError } from '../model/errors.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import type { Replayable } from '../service/service.ts'
import type { ApiContext } from './context.ts'

const HEADER = 'Idempotency-Key'
const KEY = /^[\x21-\x7e]{1,200}$/

export const IDEMPOTENCY_HEADER = z.object({
  [HEADER]: z
    .string()
    .regex(KEY)
    .optional()
    .meta({ description: 'The same key with the same request gives the same answer again, and starts nothing new.' }),
})

export const LOCATION = z.object({ Location: z.string().meta({ description: 'Where to ask how far it is' }) })

/** The key that the caller sent, with a digest of what it asks for; null where none was sent. Throws `input-invalid` for an illegal key. */
export function replayOf(c: ApiContext, body: Json): Replayable | null {
  const key = c.req.header(HEADER)
  if (key === undefined) return null
  if (!KEY.test(key)) {
    throw new AppError('input-invalid', `the header ${HEADER} is not a legal key`, {
      hint: 'Send 1 to 200 visible ASCII characters, such as a UUID.',
    })
  }
  const { pathname } = new URL(c.req.url)
  const digest = createHash('sha256')
    .update(`${c.req.method} ${pathname}\n${canonicalJson(body)}`)
    .digest('hex')
  return { key, digest }
}
