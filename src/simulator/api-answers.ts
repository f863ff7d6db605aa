import { deprecation, isCustom, type ApiResource } from './api-resources.ts'
import { answerDiscovery, type DiscoveryInput } from './discovery.ts'
import { indentJson } from './go-json.ts'
import { answerList, answerWatch, partialObject, type ListContext } from './list-answers.ts'
import type { ObjectStore } from './object-store.ts'
import type { RequestInfo, Target } from './request-info.ts'
import {
  bytes,
  methodNotAllowed,
  notAcceptable,
  notFound,
  notFoundPage,
  statusAnswer,
  type Answer,
} from './statuses.ts'
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
  const form = acceptedForm(accept, place.metadataAlone)
  if (form === null) return notAcceptable(accept)
  if (info.verb === 'watch') return answerWatch(info, place.store)
  if (!place.target.collection) {
    return form === 'PartialObjectMetadataList' ? notAList() : answerGet(place, form !== 'whole')
  }
  if (form === 'PartialObjectMetadata') return notOneObject(place.resource)
  const context: ListContext = { ...place, metadataOnly: form !== 'whole' }
  return answerList(info, context)
}

type Form = 'whole' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'

/** The first form of the Accept header that the server knows; null: none of them. */
function acceptedForm(accept: string, metadataAlone: boolean): Form | null {
  for (const clause of (accept === '' ? '*/*' : accept).split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim())
    if (!/^(\*\/\*|application\/(json|yaml|\*))$/.test(type)) continue
    const as = /^as=(.*)$/m.exec(parameters.join('\n'))?.[1]
    if (as === undefined) return 'whole'
    const isMetadata = as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    const isKnown = parameters.includes('g=meta.k8s.io') && parameters.some((part) => /^v=v1(beta1)?$/.test(part))
    if (metadataAlone && isMetadata && isKnown) return as
  }
  return null
}

function notAList(): Answer {
  return statusAnswer({ code: 500, message: 'content is not a list' })
}

function notOneObject(resource: ApiResource): Answer {
  const list = isCustom(resource) ? '*unstructured.UnstructuredList' : `*core.${resource.kind}List`
  const message = `you requested PartialObjectMetadata, but the requested object is a list (${list})`
  return statusAnswer({ code: 406, reason: 'NotAcceptable', message })
}

function answerGet({ store, resource, target }: Place, metadataOnly: boolean): Answer {
  const key = resource.namespaced ? `${target.namespace}/${target.name}` : target.name
  const object = store.get(resource, key)
  if (object === undefined) return notFound(target.resource, target.group, target.name)
  if (metadataOnly) return bytes(200, Buffer.concat([partialObject(object), NEWLINE]))
  return bytes(200, Buffer.concat([Buffer.from(headOfObject(resource, target.version)), object.tail, NEWLINE]))
}

const NEWLINE = Buffer.from('\n')
