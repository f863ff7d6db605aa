import { isJsonArray, own, type Json } from '../model/json.ts'
import type { RawObject, Reference, ReferenceUse } from '../model/snapshot.ts'
import { refOf } from './identity.ts'
import {
  configMap,
  fluxObject,
  secret,
  secretName,
  substituteReference,
  valuesReference,
  type Finder,
  type Found,
  type ObjectFinderOptions,
} from './reference-finders.ts'
import { resourceSetReferences } from './resource-set-references.ts'

/** A reference as the object states it, before anyone looked whether its target exists. */
export type ReferenceTarget = Omit<Reference, 'state'>

type Step = { readonly key: string; readonly list: boolean }
type Rule = { readonly steps: readonly Step[]; readonly find: Finder }

const SOURCE = 'source.toolkit.fluxcd.io'
const IMAGE = 'image.toolkit.fluxcd.io'
const NOTIFICATION = 'notification.toolkit.fluxcd.io'
const OPERATOR = 'fluxcd.controlplane.io'

const CREDENTIAL = at('secretRef', secret('credential'))
const PROXY = at('proxySecretRef', secret('credential'))
const TLS = at('certSecretRef', secret('credential'))
const VERIFY = at('verify.secretRef', secret('verification'))
const SOURCE_REF = object('sourceRef', 'source')
const KUBECONFIG = [
  at('kubeConfig.secretRef', secret('kubeconfig')),
  at('kubeConfig.configMapRef', configMap('kubeconfig')),
]

/** Where each kind refers to others, as its CRD and controller state; paths are below `spec`, `[]` stands for the items of a list. */
const RULES: ReadonlyMap<string, readonly Rule[]> = new Map([
  [
    'kustomize.toolkit.fluxcd.io/Kustomization',
    [
      SOURCE_REF,
      object('dependsOn[]', 'dependency', { kind: 'Kustomization' }),
      at('postBuild.substituteFrom[]', substituteReference),
      at('decryption.secretRef', secret('credential')),
      ...KUBECONFIG,
    ],
  ],
  [
    'helm.toolkit.fluxcd.io/HelmRelease',
    [
      object('chartRef', 'source'),
      object('chart.spec.sourceRef', 'source'),
      at('chart.spec.verify.secretRef', secret('verification')),
      object('dependsOn[]', 'dependency', { kind: 'HelmRelease' }),
      at('valuesFrom[]', valuesReference),
      ...KUBECONFIG,
    ],
  ],
  [
    `${SOURCE}/GitRepository`,
    [
      CREDENTIAL,
      PROXY,
      VERIFY,
      object('include[].repository', 'source', { kind: 'GitRepository', namespace: 'local' }),
    ],
  ],
  [
    `${SOURCE}/OCIRepository`,
    [CREDENTIAL, PROXY, TLS, VERIFY, at('verify.trustedRootSecretRef', secret('verification'))],
  ],
  [`${SOURCE}/HelmRepository`, [CREDENTIAL, TLS]],
  [`${SOURCE}/HelmChart`, [VERIFY, object('sourceRef', 'source', { namespace: 'local' })]],
  [
    `${SOURCE}/Bucket`,
    [CREDENTIAL, PROXY, TLS, at('sts.secretRef', secret('credential')), at('sts.certSecretRef', secret('credential'))],
  ],
  [`${SOURCE}/ExternalArtifact`, [SOURCE_REF]],
  ['source.extensions.fluxcd.io/ArtifactGenerator', [object('sources[]', 'source')]],
  [`${IMAGE}/ImageRepository`, [CREDENTIAL, PROXY, TLS]],
  [`${IMAGE}/ImagePolicy`, [object('imageRepositoryRef', 'source', { kind: 'ImageRepository' })]],
  [
    `${IMAGE}/ImageUpdateAutomation`,
    [
      object('sourceRef', 'source', { kind: 'GitRepository' }),
      at('git.commit.signingKey.secretRef', secret('credential')),
    ],
  ],
  [`${NOTIFICATION}/Provider`, [at('secretRef', secret('credential', 'headers')), PROXY, TLS]],
  [
    `${NOTIFICATION}/Alert`,
    [object('providerRef', 'provider', { kind: 'Provider', namespace: 'local' }), object('eventSources[]', 'other')],
  ],
  [`${NOTIFICATION}/Receiver`, [CREDENTIAL, object('resources[]', 'other')]],
  [
    `${OPERATOR}/FluxInstance`,
    [
      at('distribution.imagePullSecret', secretName('credential')),
      at('distribution.artifactPullSecret', secretName('credential')),
      at('sync.pullSecret', secretName('credential')),
    ],
  ],
  [
    `${OPERATOR}/ResourceSet`,
    [
      object('dependsOn[]', 'dependency', { namespace: 'stated' }),
      object('inputsFrom[]', 'other', { kind: 'ResourceSetInputProvider', namespace: 'local' }),
    ],
  ],
  [`${OPERATOR}/ResourceSetInputProvider`, [CREDENTIAL, TLS]],
])

/**
 * Every ConfigMap, Secret and Flux object that `object` names, in the order of the table above and of its lists. Names that are
 * templates or not legal, references by selector or `*`, and Helm's storage Secrets are left out; nothing is ever thrown,
 * whatever the shape. ConfigMaps and Secrets resolve in the object's own namespace, but for the annotations of ResourceSets.
 */
export function referencesOf(object: RawObject): ReferenceTarget[] {
  const from = refOf(object)
  const rules = RULES.get(`${from.group}/${from.kind}`)
  const spec = own(object, 'spec')
  if (!rules || spec === undefined) return []
  const out: ReferenceTarget[] = []
  for (const rule of rules) {
    visit(spec, rule, { depth: 0, field: 'spec' }, (value, field) => {
      const found = rule.find(value, from.namespace)
      if (found) out.push(targetOf(found, from, field))
    })
  }
  if (from.kind === 'ResourceSet') {
    for (const { field, found } of resourceSetReferences(spec)) out.push(targetOf(found, from, field))
  }
  return out
}

function targetOf(found: Found, from: Reference['from'], field: string): ReferenceTarget {
  return { from, field, to: found.to, use: found.use, optional: found.optional, yamlKey: found.yamlKey }
}

type Place = { readonly depth: number; readonly field: string }

function visit(value: Json, rule: Rule, place: Place, reach: (value: Json, field: string) => void): void {
  const step = rule.steps[place.depth]
  if (!step) {
    reach(value, place.field)
    return
  }
  const child = own(value, step.key)
  if (child === undefined || child === null) return
  const field = `${place.field}.${step.key}`
  const depth = place.depth + 1
  if (!step.list) visit(child, rule, { depth, field }, reach)
  else if (isJsonArray(child)) {
    child.forEach((item, index) => visit(item, rule, { depth, field: `${field}[${index}]` }, reach))
  }
}

function at(path: string, find: Finder): Rule {
  const steps = path.split('.').map((part) => ({ key: part.replace('[]', ''), list: part.endsWith('[]') }))
  return { steps, find }
}

function object(path: string, use: ReferenceUse, options?: ObjectFinderOptions): Rule {
  return at(path, fluxObject(use, options))
}
