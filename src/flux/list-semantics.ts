import { list, FREE, type ListField } from './field.ts'

/**
 * Fields that tell the items of a list apart where nothing is known of it, as Kubernetes, Helm charts and their tools use them. The first
 * that every item of both lists has, scalar and unique, is taken.
 */
const IDENTITIES: readonly (readonly string[])[] = [
  ['name'],
  ['kind', 'name'],
  ['kind', 'namespace', 'name'],
  ['metadata.name'],
  ['kind', 'metadata.name'],
  ['kind', 'metadata.namespace', 'metadata.name'],
  ['key'],
  ['id'],
  ['host'],
  ['hostname'],
  ['mountPath'],
  ['containerPort'],
  ['containerPort', 'protocol'],
  ['port'],
  ['secretName'],
  ['path'],
  ['url'],
  ['ip'],
  ['topologyKey'],
  ['devicePath'],
  ['type'],
  ['kind'],
]

/** Of lists in Helm values and in unknown places: their order can mean something to a chart, so it is never silently ignored. */
export const UNKNOWN_LIST: ListField = list('keyed', FREE, { identity: IDENTITIES, weak: true })

/** Operations of a JSON patch (RFC 6902): applied one after the other. */
export const JSON_PATCH: ListField = list('ordered', FREE, { identity: [['path'], ['op', 'path']] })
