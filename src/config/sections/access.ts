import * as z from 'zod'
import { namespaceNames, refusedLiteral, resolveSource, secretSource, type SecretSource } from '../words.ts'

export const SCOPES = ['read', 'trigger', 'admin'] as const

export type TokenConfig = {
  /** For the audit line. */
  readonly name: string
  /** SHA-256 of the token, 64 lower-case hexadecimal digits: itself, or where it is. */
  readonly sha256: string | SecretSource
  readonly scopes: readonly (typeof SCOPES)[number][]
  /** Names; null: all. */
  readonly clusters: readonly string[] | null
  readonly namespaces: readonly string[] | null
  /** RFC 3339, UTC; null: never. */
  readonly expires: string | null
}

export type AccessConfig = { readonly tokens: readonly TokenConfig[] }

const token = z.strictObject({
  token: refusedLiteral('its hash: sha256: (printf %s TOKEN | sha256sum), or sha256From: { env: NAME }'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'must be 1 to 63 letters, digits, ., _, @ and -')
    .meta({ examples: ['team-shop'], description: 'Who the token is for: it stands in the audit line.' }),
  sha256: z
    .string({ error: 'must be the SHA-256 of the token: 64 hexadecimal digits (printf %s TOKEN | sha256sum)' })
    .regex(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of the token: 64 hexadecimal digits (printf %s TOKEN | sha256sum)')
    .optional()
    .meta({ description: 'SHA-256 of the token, in hexadecimal digits: printf %s TOKEN | sha256sum' }),
  sha256From: secretSource('FLUX_COMPARE_TOKEN_SHA256')
    .optional()
    .meta({ description: 'Where the hash is, instead of sha256.' }),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1, 'must hold read, trigger or admin')
    .default(['read'])
    .meta({ description: 'admin includes trigger, which includes read.' }),
  clusters: z
    .array(z.string())
    .min(1, 'must name at least one; leave it out for all')
    .optional()
    .meta({ description: 'Names of the only clusters that it may see. Default: all.' }),
  namespaces: namespaceNames.optional().meta({ description: 'The only namespaces that it may see. Default: all.' }),
  expires: z
    .string({ error: 'must be a date, such as 2027-01-31 or 2027-01-31T12:00:00Z' })
    .refine((text) => readDate(text) !== null, 'must be a date, such as 2027-01-31 or 2027-01-31T12:00:00Z')
    .optional()
    .meta({ description: 'From when on it is refused. Default: never.', examples: ['2027-01-31'] }),
})

export const accessSchema = z.strictObject({ tokens: z.array(token).default([]) })

export function resolveAccess(written: z.output<typeof accessSchema>, folder: string): AccessConfig {
  return {
    tokens: written.tokens.map((one) => ({
      name: one.name,
      sha256: one.sha256?.toLowerCase() ?? resolveSource(one.sha256From!, folder),
      scopes: SCOPES.filter((scope) => one.scopes.includes(scope)),
      clusters: one.clusters ?? null,
      namespaces: one.namespaces ?? null,
      expires: one.expires === undefined ? null : readDate(one.expires),
    })),
  }
}

/** A date is its first moment, UTC. RFC 3339 needs a zone; Date alone would also take local times and the 30th of February. */
function readDate(text: string): string | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? []
  if (day === undefined) return null
  const midnight = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return null
  const moment = new Date(time === undefined ? midnight : text)
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString()
}
