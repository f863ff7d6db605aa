import { diffTrees } from '../../src/diff/tree-diff.ts'
import type { TreeContext, TreeDiff } from '../../src/diff/tree-types.ts'
import type { Json } from '../../src/model/json.ts'

const GROUPS: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
  GitRepository: 'source.toolkit.fluxcd.io',
  OCIRepository: 'source.toolkit.fluxcd.io',
  HelmRepository: 'source.toolkit.fluxcd.io',
  HelmChart: 'source.toolkit.fluxcd.io',
  ArtifactGenerator: 'source.extensions.fluxcd.io',
  ImageRepository: 'image.toolkit.fluxcd.io',
  ImagePolicy: 'image.toolkit.fluxcd.io',
  ImageUpdateAutomation: 'image.toolkit.fluxcd.io',
  Alert: 'notification.toolkit.fluxcd.io',
  Receiver: 'notification.toolkit.fluxcd.io',
  FluxInstance: 'fluxcd.controlplane.io',
  ResourceSet: 'fluxcd.controlplane.io',
  ResourceSetInputProvider: 'fluxcd.controlplane.io',
}

export function contextOf(kind: string, more: Partial<TreeContext> = {}): TreeContext {
  const group = GROUPS[kind] ?? ''
  return { group, kind, namespace: 'apps', fingerprint: null, sameReference: () => false, ...more }
}

export function diffSpecs(kind: string, from: Json, to: Json, more: Partial<TreeContext> = {}): TreeDiff {
  return diffTrees({ spec: from }, { spec: to }, contextOf(kind, more))
}

/** `change path` of every change, and `~ path because` of every equivalence: what a reader would be told. */
export function told(diff: TreeDiff): string[] {
  return [
    ...diff.changes.map((change) => `${change.change} ${change.path}`),
    ...diff.equivalent.map((entry) => `~ ${entry.path} ${entry.because}`),
    ...diff.unknown.map((entry) => `? ${entry.path} ${entry.reason}`),
  ]
}
