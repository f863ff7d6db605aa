import { deprecation, type ApiResource } from './api-resources.ts'
import { answerDiscovery, type DiscoveryInput } from './discovery.ts'
import { indentJson } from './go-json.ts'
import { answerList, answerWatch, partialObject, type ListContext } from './list-answers.ts'
import type { ObjectStore } from './object-store.ts'
import type { RequestInfo, Target } from './request-info.ts'
import { bytes, methodNotAllowed, notAcceptable, notFound, notFoundPage, type Answer } from './statuses.ts'
import { headOfObject } from './stored-object.ts'

export type ApiInput = {
  readonly store: ObjectStore
  readonly discovery: DiscoveryInput
  readonly maxPageSize: number
  readonly tokensExpire: boolean
  /** Whether metadata alone is answered where that is asked for. */
  readonly metadataAlone: boolean
}

/** What the client accepts, and the address at which it reached the server. */
export type ApiClient = { readonly accept: string; readonly address: string }

/** What the API server answers to an authorised request; it changes nothing, whatever the method. */
export function answerApi(info: RequestInfo, client: ApiClient, input: ApiInput): Answer {
  if (info.target === null) {
    if (!isRead(info)) return methodNotAllowed()
    return answerDiscovery({ path: info.path, ...client }, input.discovery)
  }
  const { target } = info
  const resource = input.discovery.resources.find(
    (entry) =>
      entry.group === target.group && entry.plural === target.resource && entry.versions.includes(target.version),
  )
  if (resource === undefined || misplaced(resource, target)) return notFoundPage()
  if (!isRead(info)) return methodNotAllowed()
  const answer = answerResource(info, client.accept, { ...input, resource, target })
  const warning = deprecation(resource, target.version)
  return warning === null ? answer : { ...answer, headers: { ...answer.headers, warning: `299 - "${warning}"` } }
}

/** The answer as curl and `?pretty=true` get it: indented by two spaces, without a final newline. */
export function pretty(answer: Answer): Answer {
  if (answer.headers['content-type'] !== 'application/json') return answer
  return { ...answer, body: Buffer.from(indentJson(answer.body.toString().trimEnd())) }
}

function isRead(info: RequestInfo): boolean {
  return info.method === 'GET' || info.method === 'HEAD'
}

/** A cluster-scoped resource asked for in a namespace, a namespaced object without one, an unknown subresource. */
function misplaced(resource: ApiResource, target: Target): boolean {
  if (target.subresource !== '' && !(target.subresource === 'status' && resource.status)) return true
  if (resource.namespaced) return !target.collection && target.namespace === ''
  return resource.plural !== 'namespaces' && target.namespace !== ''
}

type Place = ApiInput & { readonly resource: ApiResource; readonly target: Target }

function answerResource(info: RequestInfo, accept: string, place: Place): Answer {
  const metadataOnly = place.metadataAlone && /as=PartialObjectMetadata/.test(accept)
  if (!acceptsJson(accept)) return notAcceptable()
  if (info.verb === 'watch') return answerWatch(info, place.store)
  if (!place.target.collection) return answerGet(place, metadataOnly)
  const context: ListContext = { ...place, metadataOnly }
  return answerList(info, context)
}

function acceptsJson(accept: string): boolean {
  return accept === '' || /\*\/\*|application\/(json|yaml|\*)/.test(accept)
}

function answerGet({ store, resource, target }: Place, metadataOnly: boolean): Answer {
  const key = resource.namespaced ? `${target.namespace}/${target.name}` : target.name
  const object = store.get(resource, key)
  if (object === undefined) return notFound(target.resource, target.group, target.name)
  if (metadataOnly) return bytes(200, Buffer.concat([partialObject(object), NEWLINE]))
  return bytes(200, Buffer.concat([Buffer.from(headOfObject(resource, target.version)), object.tail, NEWLINE]))
}

const NEWLINE = Buffer.from('\n')
