import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError } from '../model/errors.ts'
import { ACCESS_SCOPES, type Access, type AccessScope } from '../service/access.ts'

/** A bearer token as it is configured: the token itself is never kept. */
export type TokenRule = {
  readonly name: string
  /** Hexadecimal SHA-256 of the token. */
  readonly sha256: string
  readonly scopes: readonly AccessScope[]
  /** Null: all. */
  readonly clusters: readonly string[] | null
  readonly namespaces: readonly string[] | null
  /** RFC 3339; null: never. */
  readonly expires: string | null
}

export type AccessControl = {
  /** False where everyone is `anonymous` and may do all: for loopback only. */
  readonly hasTokens: boolean
  /** `authorization`: value of the header. Throws `unauthenticated`, with the same message whatever was wrong with the token. */
  readonly authenticate: (authorization: string | undefined, now: Date) => Access
}

/** Checks bearer tokens (RFC 6750, header only). Without tokens every caller is `anonymous` with all rights. */
export function createAccessControl(tokens: readonly TokenRule[] | null): AccessControl {
  if (tokens === null || tokens.length === 0) return { hasTokens: false, authenticate: () => ANONYMOUS }
  const known = tokens.map((rule) => ({ hash: Buffer.from(rule.sha256, 'hex'), rule, access: accessOf(rule) }))
  return {
    hasTokens: true,
    authenticate: (authorization, now) => {
      const hash = hashOf(bearerOf(authorization))
      // Every token is compared, so that the time taken does not tell how many came before the right one.
      const found = known.filter((entry) => entry.hash.length === hash.length && timingSafeEqual(entry.hash, hash))
      const valid = found.find(({ rule }) => rule.expires === null || now.getTime() < Date.parse(rule.expires))
      if (!valid) throw new AppError('unauthenticated', 'the token is not known or has expired')
      return valid.access
    },
  }
}

/** Whether the caller may do what needs `scope`. */
export function hasScope(access: Access, scope: AccessScope): boolean {
  return ACCESS_SCOPES.indexOf(access.scope) >= ACCESS_SCOPES.indexOf(scope)
}

const ANONYMOUS: Access = { caller: 'anonymous', scope: 'admin', clusters: null, namespaces: null }

function accessOf({ name, scopes, clusters, namespaces }: TokenRule): Access {
  const scope = ACCESS_SCOPES.findLast((candidate) => scopes.includes(candidate)) ?? 'read'
  return { caller: name, scope, clusters, namespaces }
}

function bearerOf(authorization: string | undefined): string {
  const token = /^Bearer +([\w.~+/=-]{1,1024})$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw new AppError('unauthenticated', 'the request carries no bearer token')
  return token
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
