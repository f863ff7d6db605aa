import { groupOfKind, ownNamespace } from './derived-defaults.ts'
import { DOCUMENT, formed, keyed, list, map, ordered, plain, section, setOf, STRINGS, type Field } from './field.ts'

export const REFERENCE_NAME = formed('reference')
export const API_VERSION = formed('api-group', groupOfKind)

/** `{ name, key }` of a ConfigMap or Secret in the own namespace. */
export const LOCAL_REF = map({ name: REFERENCE_NAME, key: plain() })

/** `{ apiVersion, kind, name, namespace }` of an object, of the own namespace where none is given. */
export const OBJECT_REF = map({ apiVersion: API_VERSION, kind: plain(), name: plain(), namespace: plain(ownNamespace) })

export const COMMON_METADATA = section({ labels: STRINGS, annotations: STRINGS })

const SELECTOR = map({
  group: plain(),
  version: plain(),
  kind: plain(),
  name: plain(),
  namespace: plain(),
  labelSelector: plain(),
  annotationSelector: plain(),
})

/** Kustomize patches: applied in order; told apart by their target where their content changed. */
export const PATCHES = list('ordered', map({ patch: DOCUMENT, target: SELECTOR }), { hint: 'target' })

export const IMAGES = keyed(map({ name: plain(), newName: plain(), newTag: plain(), digest: plain() }), ['name'])

/** Fields of objects that are left alone: paths are removed one after the other, so their order counts. */
export const IGNORE_RULES = list('ordered', map({ paths: ordered(plain()), target: SELECTOR }), { hint: 'target' })

export const DEPENDS_ON = setOf(
  map({ name: plain(), namespace: plain(ownNamespace), readyExpr: plain() }),
  ['name'],
  ['namespace', 'name'],
)

export const HEALTH_CHECK_EXPRS = keyed(
  map({ apiVersion: plain(), kind: plain(), current: plain(), failed: plain(), inProgress: plain() }),
  ['kind'],
  ['apiVersion', 'kind'],
)

export const KUBE_CONFIG = map({ secretRef: LOCAL_REF, configMapRef: LOCAL_REF })

/** Requirements of a label selector all have to hold: neither they nor their values have an order. */
export const LABEL_SELECTOR: Readonly<Record<string, Field>> = {
  matchLabels: STRINGS,
  matchExpressions: setOf(
    map({ key: plain(), operator: plain(), values: setOf(plain()) }),
    ['key'],
    ['key', 'operator'],
  ),
}

export const ACCESS_FROM = map({ namespaceSelectors: setOf(map({ matchLabels: STRINGS })) })
