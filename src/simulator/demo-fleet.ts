import { fileURLToPath } from 'node:url'
import type { Rule, SimulatedUser } from './identities.ts'
import type { SimulatedCluster } from './simulated-cluster.ts'

const READ = ['get', 'list', 'watch']
const FLUX_GROUPS = [
  'kustomize.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'source.extensions.fluxcd.io',
  'image.toolkit.fluxcd.io',
  'fluxcd.controlplane.io',
]
const ALERTING: Rule = {
  apiGroups: ['notification.toolkit.fluxcd.io'],
  resources: ['alerts', 'providers'],
  verbs: READ,
}
const RECEIVERS: Rule = { ...ALERTING, resources: ['receivers'] }

/** What a comparison needs and no more: lists of Flux objects, events and controllers, but Secrets and ConfigMaps only by name. */
const AUDITOR: readonly Rule[] = [
  { apiGroups: FLUX_GROUPS, resources: ['*'], verbs: READ },
  ALERTING,
  { apiGroups: [''], resources: ['events'], verbs: READ },
  { apiGroups: [''], resources: ['configmaps', 'secrets', 'namespaces'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: READ },
]

/** Flux 2.3 as `flux bootstrap` installs it: no operator, no source-watcher, older versions of some kinds. */
const FLUX_2_3 = {
  omit: [
    'fluxcd.controlplane.io',
    'source.extensions.fluxcd.io',
    'externalartifacts.source.toolkit.fluxcd.io',
    'image.toolkit.fluxcd.io',
  ],
  versions: {
    'helm.toolkit.fluxcd.io': ['v2', 'v2beta2', 'v2beta1'],
    'kustomize.toolkit.fluxcd.io': ['v1', 'v1beta2'],
    'ocirepositories.source.toolkit.fluxcd.io': ['v1beta2'],
    'buckets.source.toolkit.fluxcd.io': ['v1beta2'],
  },
}

/** Days of the fleet that differ: two days ago, yesterday, today. */
export type DemoDay = 'before' | 'yesterday' | 'today'

/** What production has instead on a day; later folders win. */
const OVERLAYS: Readonly<Record<DemoDay, readonly string[]>> = {
  before: ['before/production'],
  yesterday: ['before/production', 'yesterday/production'],
  today: [],
}

/**
 * The fleet of `flux-compare demo`: an invented shop on three clusters. production is a promotion behind staging and differs where
 * it should not; edge runs an older Flux, holds less, and since today does not let its reader list Receivers.
 */
export function demoFleet(day: DemoDay = 'today'): readonly SimulatedCluster[] {
  const all = auditor([...AUDITOR, RECEIVERS])
  return [
    { name: 'staging', folders: [folderOf('staging')], users: [all] },
    { name: 'production', folders: ['production', ...OVERLAYS[day]].map(folderOf), users: [all] },
    {
      name: 'edge',
      folders: [folderOf('edge')],
      users: [day === 'today' ? auditor(AUDITOR) : all],
      kubernetes: 'v1.30.6',
      crds: FLUX_2_3,
    },
  ]
}

/** The configuration of the fleet, with the rules and parameters of its people; `kubeconfig` lies beside it. */
export function demoConfig(): string {
  return folderOf('flux-compare.yaml')
}

function auditor(rules: readonly Rule[]): SimulatedUser {
  return { name: 'auditor', rules }
}

function folderOf(cluster: string): string {
  return fileURLToPath(new URL(`demo/${cluster}`, import.meta.url))
}
