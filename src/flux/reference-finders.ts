import { digString, isJsonObject, own, type Json } from '../model/json.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { ReferenceUse } from '../model/snapshot.ts'
import { splitApiVersion } from './identity.ts'
import { FLUX_KINDS, isFluxGroup } from './kinds.ts'

/** What a value refers to: a {@link Reference} without `from`, `field` and `state`. */
export type Found = {
  readonly to: ResourceRef
  readonly use: ReferenceUse
  readonly optional: boolean
  readonly yamlKey: string | null
}

/** Reads one value as a reference of an object in `namespace`; null where it is none, or not a well-formed one. */
export type Finder = (value: Json, namespace: string) => Found | null

const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const HELM_STORAGE = 'sh.helm.release.v1.'
const GROUPS = new Map(FLUX_KINDS.map((known) => [known.kind, known.group]))

/** A ConfigMap or Secret; null where the name is not one (a template, a variable) or is that of a Helm storage Secret. */
export function dataTarget(kind: string, namespace: string, name: Json | undefined): ResourceRef | null {
  if (kind !== 'ConfigMap' && kind !== 'Secret') return null
  if (typeof name !== 'string' || !NAME.test(name)) return null
  if (kind === 'Secret' && name.startsWith(HELM_STORAGE)) return null
  return { group: '', kind, namespace, name }
}

export function isNamespace(text: string): boolean {
  return NAMESPACE.test(text)
}

export function found(to: ResourceRef | null, use: ReferenceUse): Found | null {
  return to && { to, use, optional: false, yamlKey: null }
}

/** A `LocalObjectReference` to a Secret: `{ name }`. */
export function secret(use: ReferenceUse, yamlKey: string | null = null): Finder {
  return (value, namespace) => {
    const to = dataTarget('Secret', namespace, own(value, 'name'))
    return to && { to, use, optional: false, yamlKey }
  }
}

/** The name of a Secret as a plain string, as FluxInstance has it. */
export function secretName(use: ReferenceUse): Finder {
  return (value, namespace) => found(dataTarget('Secret', namespace, value), use)
}

export function configMap(use: ReferenceUse): Finder {
  return (value, namespace) => found(dataTarget('ConfigMap', namespace, own(value, 'name')), use)
}

/**
 * One item of HelmRelease `valuesFrom`. Without `targetPath` the value is a YAML document under `valuesKey`, default
 * `values.yaml`; with it, plain text.
 */
export const valuesReference: Finder = (value, namespace) => {
  const to = dataTarget(digString(value, 'kind') ?? '', namespace, own(value, 'name'))
  if (!to) return null
  const yamlKey = digString(value, 'targetPath') ? null : digString(value, 'valuesKey') || 'values.yaml'
  return { to, use: 'values', optional: own(value, 'optional') === true, yamlKey }
}

/** One item of Kustomization `postBuild.substituteFrom`; the controller skips kinds other than ConfigMap and Secret. */
export const substituteReference: Finder = (value, namespace) => {
  const to = dataTarget(digString(value, 'kind') ?? '', namespace, own(value, 'name'))
  return to && { to, use: 'substitute', optional: own(value, 'optional') === true, yamlKey: null }
}

export type ObjectFinderOptions = {
  /** Kind where the reference names none, or may name none. */
  readonly kind?: string
  /** Where the target lives: `local`: with the referrer always; `own`: there unless stated; `stated`: only as stated. */
  readonly namespace?: 'local' | 'own' | 'stated'
}

/**
 * A reference to an object of a Flux kind: `{ apiVersion?, kind?, name, namespace? }`. Objects of other kinds, which only
 * `dependsOn` of a ResourceSet can name, are not followed: they are no part of what Flux is told to run.
 */
export function fluxObject(use: ReferenceUse, options: ObjectFinderOptions = {}): Finder {
  const { kind: defaultKind, namespace: rule = 'own' } = options
  return (value, home) => {
    const name = digString(value, 'name')
    if (name === undefined || !NAME.test(name)) return null
    const kind = digString(value, 'kind') ?? defaultKind
    const group = kind === undefined ? undefined : groupOf(kind, digString(value, 'apiVersion'))
    if (!kind || group === undefined) return null
    const namespace = namespaceOf(value, rule, home)
    return namespace === null ? null : found({ group, kind, namespace, name }, use)
  }
}

function groupOf(kind: string, apiVersion: string | undefined): string | undefined {
  if (!apiVersion) return GROUPS.get(kind)
  const { group } = splitApiVersion(apiVersion)
  return isFluxGroup(group) ? group : undefined
}

function namespaceOf(value: Json, rule: 'local' | 'own' | 'stated', home: string): string | null {
  if (rule === 'local' || !isJsonObject(value)) return home
  const stated = digString(value, 'namespace')
  if (stated) return isNamespace(stated) ? stated : null
  return rule === 'own' ? home : null
}
