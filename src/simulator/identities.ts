import type { IncomingHttpHeaders } from 'node:http'
import type { RequestInfo, Target } from './request-info.ts'
import { statusAnswer, type Answer } from './statuses.ts'

/** What may be done to what, as in RBAC: `*` stands for all. Without `namespaces` it holds for the whole cluster. */
export type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly namespaces?: readonly string[]
  readonly resourceNames?: readonly string[]
}

export type SimulatedUser = {
  readonly name: string
  /** Bearer token; without it and without `clientCertificate` the token is `token-of-<name>-on-<cluster>`. */
  readonly token?: string
  /** Authenticates by a client certificate instead of a token. */
  readonly clientCertificate?: boolean
  /** Members of `system:masters` may do everything. */
  readonly groups?: readonly string[]
  readonly rules?: readonly Rule[]
}

export type Identity = { readonly user: string; readonly groups: readonly string[] }

export const ANONYMOUS: Identity = { user: 'system:anonymous', groups: ['system:unauthenticated'] }
const PUBLIC_PATHS = ['/version', '/version/', '/healthz', '/livez', '/readyz']

/** Who a request comes from, by bearer token or else by client certificate; null: bad credentials. */
export function authenticate(
  authorization: string | undefined,
  certificate: Identity | null,
  users: readonly SimulatedUser[],
): Identity | null {
  if (authorization === undefined) return certificate ?? ANONYMOUS
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
  const user = users.find((entry) => entry.token !== undefined && entry.token === token)
  return user === undefined ? null : { user: user.name, groups: [...(user.groups ?? []), 'system:authenticated'] }
}

/** The identity that the request wants to act as: itself, or another one where it may impersonate; else the refusal. */
export function impersonate(
  self: Identity,
  headers: IncomingHttpHeaders,
  users: readonly SimulatedUser[],
): Identity | Answer {
  const user = headers['impersonate-user']
  const groups = [headers['impersonate-group'] ?? []].flat().flatMap((text) => text.split(/, */))
  if (typeof user !== 'string') return groups.length === 0 ? self : withoutUser(groups)
  const asked = [{ resource: 'users', name: user }, ...groups.map((name) => ({ resource: 'groups', name }))]
  for (const { resource, name } of asked) {
    const target = { group: '', version: '', resource, subresource: '', namespace: '', name, collection: false }
    if (!allows(self, 'impersonate', target, users)) return forbidden(self, 'impersonate', target)
  }
  return { user, groups: [...groups, 'system:authenticated'] }
}

/** The refusal, or null where the identity may do this. Comes before any look at what exists. */
export function authorize(identity: Identity, info: RequestInfo, users: readonly SimulatedUser[]): Answer | null {
  if (info.target !== null) {
    return allows(identity, info.verb, info.target, users) ? null : forbidden(identity, info.verb, info.target)
  }
  const discovery = /^\/(apis?|openapi)(\/|$)/.test(info.path) && identity.groups.includes('system:authenticated')
  const known = PUBLIC_PATHS.includes(info.path) || discovery
  if (known || identity.groups.includes('system:masters')) return null
  const message = `forbidden: User "${identity.user}" cannot ${info.verb} path "${info.path}"`
  return statusAnswer({ code: 403, reason: 'Forbidden', message, details: {} }, NOSNIFF)
}

const NOSNIFF = { 'x-content-type-options': 'nosniff' }

function allows(identity: Identity, verb: string, target: Target, users: readonly SimulatedUser[]): boolean {
  if (identity.groups.includes('system:masters')) return true
  const rules = users.find((entry) => entry.name === identity.user)?.rules ?? []
  return rules.some((rule) => permits(rule, verb, target))
}

function permits(rule: Rule, verb: string, target: Target): boolean {
  const resource = target.subresource === '' ? target.resource : `${target.resource}/${target.subresource}`
  return (
    holds(rule.verbs, verb) &&
    holds(rule.apiGroups, target.group) &&
    holds(rule.resources, resource) &&
    (rule.namespaces === undefined || rule.namespaces.includes(target.namespace)) &&
    (rule.resourceNames === undefined || rule.resourceNames.includes(target.name))
  )
}

function holds(allowed: readonly string[], asked: string): boolean {
  return allowed.includes('*') || allowed.includes(asked)
}

function forbidden(identity: Identity, verb: string, target: Target): Answer {
  const { group, resource, name, namespace } = target
  const qualified = group === '' ? resource : `${resource}.${group}`
  const what = name === '' ? qualified : `${qualified} "${name}"`
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const path = target.subresource === '' ? resource : `${resource}/${target.subresource}`
  return statusAnswer(
    {
      code: 403,
      reason: 'Forbidden',
      message: `${what} is forbidden: User "${identity.user}" cannot ${verb} resource "${path}" in API group "${group}" ${scope}`,
      details: { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
    },
    NOSNIFF,
  )
}

function withoutUser(groups: readonly string[]): Answer {
  const message = `Internal error occurred: requested [${groups.map((name) => `{Group  ${name}  }`).join(' ')}] without impersonating a user`
  return statusAnswer({ code: 500, reason: 'InternalError', message, details: {} })
}
