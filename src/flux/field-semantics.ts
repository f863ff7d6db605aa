import { FREE, list, map, plain, section, type Field, type MapField } from './field.ts'
import { HELM_KINDS, KUSTOMIZE_KINDS } from './fields-deploy.ts'
import { metadataField } from './fields-metadata.ts'
import { IMAGE_KINDS, NOTIFICATION_KINDS, OPERATOR_KINDS } from './fields-operate.ts'
import { SOURCE_EXTENSION_KINDS, SOURCE_KINDS } from './fields-source.ts'

type Fields = Readonly<Record<string, Field>>

/** Conditions and inventories are sets: controllers write them in any order. */
const STATUS: Fields = {
  conditions: list('set', FREE, { identity: [['type']] }),
  inventory: map({ entries: list('set', FREE, { identity: [['id']] }) }),
}

const DATA: Fields = { data: section({}), immutable: plain(), metadata: metadataField('') }

const KINDS: Readonly<Record<string, MapField>> = {
  '/ConfigMap': map(DATA),
  '/Secret': map({ ...DATA, type: plain('Opaque') }),
  ...roots('kustomize.toolkit.fluxcd.io', KUSTOMIZE_KINDS),
  ...roots('helm.toolkit.fluxcd.io', HELM_KINDS),
  ...roots('source.toolkit.fluxcd.io', SOURCE_KINDS),
  ...roots('source.extensions.fluxcd.io', SOURCE_EXTENSION_KINDS),
  ...roots('image.toolkit.fluxcd.io', IMAGE_KINDS),
  ...roots('notification.toolkit.fluxcd.io', NOTIFICATION_KINDS),
  ...roots('fluxcd.controlplane.io', OPERATOR_KINDS),
}

const UNKNOWN = root(FREE, '')

/**
 * What is known of the fields of a kind, rooted at the object: of its body and of its status body. A kind that nobody knows has labels
 * and annotations, and otherwise free content in which nothing is defaulted.
 */
export function fieldsOf(group: string, kind: string): MapField {
  const id = `${group}/${kind}`
  return Object.hasOwn(KINDS, id) ? (KINDS[id] ?? UNKNOWN) : UNKNOWN
}

function roots(group: string, kinds: Fields): Record<string, MapField> {
  return Object.fromEntries(Object.entries(kinds).map(([kind, spec]) => [`${group}/${kind}`, root(spec, kind)]))
}

function root(spec: Field, kind: string): MapField {
  return map({ metadata: metadataField(kind), spec, status: map(STATUS), ...STATUS })
}
