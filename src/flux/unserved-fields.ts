import { dig, isJsonArray, type Json } from '../model/json.ts'
import type { InstallFacts } from '../model/snapshot.ts'
import { isSince } from './variables-used.ts'

/** A field that not every version has: an API server drops what its CRD does not know, and says nothing. */
export type VersionedField = {
  readonly kind: string
  /** Below the object; `[]` stands for the items of a list. */
  readonly path: string
} & (
  | {
      /** The first minor version of Flux 2 that is sure to have it; `unknownFrom`, where given, the first that may. */
      readonly since: number
      readonly unknownFrom?: number
    }
  | {
      /** API version without it; older ones have it. */
      readonly removedIn: string
    }
)

/**
 * Read from the CRDs of Flux 2.6.4 and 2.9.4, and from the changelogs of helm-controller 1.5 and 1.6 and kustomize-controller 1.9. Of the fields
 * that came between 2.6 and 2.9 without a known version, only a cluster with 2.6 or older is sure not to have them.
 */
export const VERSIONED_FIELDS: readonly VersionedField[] = [
  ...['install', 'upgrade', 'rollback'].map((action) => release(`spec.${action}.serverSideApply`, 8)),
  release('spec.waitStrategy', 8),
  release('spec.postRenderStrategy', 9),
  release('spec.valuesFrom[].literal', 9),
  release('spec.commonMetadata', 9, 7),
  release('spec.healthCheckExprs', 9, 7),
  release('spec.install.strategy', 9, 7),
  release('spec.upgrade.strategy', 9, 7),
  release('spec.dependsOn[].readyExpr', 9, 7),
  { kind: 'Kustomization', path: 'spec.postBuild.substituteStrategy', since: 9 },
  ...[
    'chart.spec.valuesFile',
    'postRenderers[].kustomize.patchesJson6902',
    'postRenderers[].kustomize.patchesStrategicMerge',
  ].map((path) => ({ kind: 'HelmRelease', path: `spec.${path}`, removedIn: 'v2' })),
  ...['patchesJson6902', 'patchesStrategicMerge', 'validation'].map((path) => removed('Kustomization', path)),
  ...['accessFrom', 'gitImplementation'].map((path) => removed('GitRepository', path)),
  ...['valuesFile', 'accessFrom'].map((path) => removed('HelmChart', path)),
]

function release(path: string, since: number, unknownFrom?: number): VersionedField {
  return { kind: 'HelmRelease', path, since, ...(unknownFrom === undefined ? {} : { unknownFrom }) }
}

function removed(kind: string, path: string): VersionedField {
  return { kind, path: `spec.${path}`, removedIn: 'v1' }
}

/** Whether a cluster is sure not to have the field. `served` is the version of the kind's API that was read there. */
export function isUnserved(field: VersionedField, install: InstallFacts, served: string | null): boolean {
  if ('removedIn' in field) return served === field.removedIn
  return isSince(install.flux, 2, field.unknownFrom ?? field.since) === false
}

/** Whether an object has something at the path of a field. */
export function hasField(object: Json, path: string): boolean {
  return has(object, path.split('.'))
}

function has(value: Json | undefined, [step, ...rest]: readonly string[]): boolean {
  if (value === undefined || value === null) return false
  if (step === undefined) return true
  const child = dig(value, step.replace('[]', ''))
  if (!step.endsWith('[]')) return has(child, rest)
  return child !== undefined && isJsonArray(child) && child.some((item) => has(item, rest))
}
