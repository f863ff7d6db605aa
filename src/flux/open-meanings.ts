import type { Severity } from '../model/comparison.ts'
import { dig, digArray, digString, isJsonObject, own, type Json } from '../model/json.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { InstallFacts } from '../model/snapshot.ts'
import { controllerOf, isConfigured } from './controller-facts.ts'
import { isSince, isStrict } from './variables-used.ts'

/** Something that a spec leaves open, and that a controller then reads by its version, its arguments or its feature gates. */
export type OpenMeaning = {
  readonly kind: string
  readonly controller: string
  /** What it is that means one thing or another: `spec.waitStrategy, where not set, is`. */
  readonly what: string
  readonly severity: Severity
  /** The argument or feature gate that decides it; where `since`, only if it is set. */
  readonly by: string
  /** Whether the version decides where the gate is not set. */
  readonly versioned: boolean
  /** How it is read there; null where that is not known. */
  readonly read: (install: InstallFacts) => string | null
  /** Whether the object leaves it open. */
  readonly leavesOpen: (spec: Json, ref: ResourceRef) => boolean
}

const HELM = 'helm-controller'
const KUSTOMIZE = 'kustomize-controller'
const HELM3 = 'UseHelm3Defaults'

const KIND_OF: Readonly<Record<string, string>> = {
  [HELM]: 'HelmRelease',
  [KUSTOMIZE]: 'Kustomization',
  'image-reflector-controller': 'ImagePolicy',
  'image-automation-controller': 'ImageUpdateAutomation',
  'notification-controller': 'Alert',
}

/**
 * Defaults of Flux that depend on the controller: helm-controller 1.5 (Flux 2.8) came with Helm 4 and its defaults, 1.6 (Flux 2.9) with
 * `postRenderStrategy`, and `UseHelm3Defaults` takes all three back (helm-controller, API reference and internal/features);
 * kustomize-controller 1.9 fails on variables that are not defined (its CHANGELOG); arguments as in fluxcd/pkg runtime/acl and
 * auth/controller_flags.go.
 */
export const OPEN_MEANINGS: readonly OpenMeaning[] = [
  helmDefault('spec.install.serverSideApply', {
    since: 5,
    now: 'true',
    before: 'false',
    leavesOpen: (spec) => dig(spec, 'install', 'serverSideApply') === undefined,
  }),
  helmDefault('spec.waitStrategy', {
    since: 5,
    now: 'poller',
    before: 'legacy',
    leavesOpen: (spec) => dig(spec, 'waitStrategy', 'name') === undefined,
  }),
  helmDefault('spec.postRenderStrategy', {
    since: 6,
    now: 'combined',
    before: 'nohooks',
    leavesOpen: (spec) => digArray(spec, 'postRenderers').length > 0 && own(spec, 'postRenderStrategy') === undefined,
  }),
  {
    kind: 'HelmRelease',
    controller: HELM,
    what: 'the strategy of spec.install and spec.upgrade, where not set, is',
    severity: 'high',
    by: 'DefaultToRetryOnFailure',
    versioned: false,
    read: byGate(HELM, 'DefaultToRetryOnFailure', { on: 'RetryOnFailure', off: 'RemediateOnFailure' }),
    leavesOpen: (spec) => ['install', 'upgrade'].some((action) => dig(spec, action, 'strategy', 'name') === undefined),
  },
  {
    kind: 'Kustomization',
    controller: KUSTOMIZE,
    what: 'an undefined variable',
    severity: 'medium',
    by: 'StrictPostBuildSubstitutions',
    versioned: true,
    read: (install) => {
      const strict = isStrict(install)
      return strict === null ? null : strict ? 'fails the build' : 'becomes empty'
    },
    leavesOpen: (spec) => substitutes(own(spec, 'postBuild')),
  },
  ...[HELM, KUSTOMIZE].map((controller) => ({
    ...externalArtifacts(controller),
    leavesOpen: (spec: Json) => sourcesOf(spec).some((source) => own(source, 'kind') === 'ExternalArtifact'),
  })),
  ...[HELM, KUSTOMIZE].map((controller) => ({
    ...ofController(controller),
    what: 'spec.serviceAccountName, where not set, is',
    severity: 'critical' as const,
    by: '--default-service-account',
    versioned: false,
    read: byArgument(controller, '--default-service-account', (name) => name || 'that of the controller'),
    leavesOpen: (spec: Json) => !digString(spec, 'serviceAccountName'),
  })),
  {
    kind: 'Kustomization',
    controller: KUSTOMIZE,
    what: 'spec.decryption.serviceAccountName, where not set, is',
    severity: 'critical',
    by: '--default-decryption-service-account',
    versioned: false,
    read: byArgument(KUSTOMIZE, '--default-decryption-service-account', (name) => name || 'that of the controller'),
    leavesOpen: (spec) => {
      const decryption = own(spec, 'decryption')
      return isJsonObject(decryption) && !own(decryption, 'secretRef') && !digString(decryption, 'serviceAccountName')
    },
  },
  ...[HELM, KUSTOMIZE, 'image-reflector-controller', 'image-automation-controller', 'notification-controller'].map(
    (controller) => ({
      ...ofController(controller),
      what: 'a reference to another namespace is',
      severity: 'high' as const,
      by: '--no-cross-namespace-refs',
      versioned: false,
      read: byArgument(controller, '--no-cross-namespace-refs', (value) =>
        value === '' || value === 'false' ? 'followed' : 'refused',
      ),
      leavesOpen: crossesNamespaces,
    }),
  ),
]

function ofController(controller: string): { readonly kind: string; readonly controller: string } {
  return { kind: KIND_OF[controller]!, controller }
}

type HelmDefault = Pick<OpenMeaning, 'leavesOpen'> & {
  /** The minor version of helm-controller 1; that of Flux 2 is three higher. */
  readonly since: number
  readonly now: string
  readonly before: string
}

function helmDefault(field: string, { since, now, before, leavesOpen }: HelmDefault): OpenMeaning {
  return {
    kind: 'HelmRelease',
    controller: HELM,
    what: `${field}, where not set, is`,
    severity: 'medium',
    by: HELM3,
    versioned: true,
    read: (install) => {
      const controller = controllerOf(install, HELM)
      const isNew = isSince(controller?.version ?? null, 1, since) ?? isSince(install.flux, 2, since + 3)
      if (isNew !== true) return isNew === null ? null : before
      if (controller === undefined || !isConfigured(controller)) return null
      return controller.featureGates[HELM3] === true ? before : now
    },
    leavesOpen,
  }
}

function externalArtifacts(controller: string): Omit<OpenMeaning, 'leavesOpen'> {
  return {
    ...ofController(controller),
    what: 'an ExternalArtifact as source is',
    severity: 'high',
    by: 'ExternalArtifact',
    versioned: false,
    read: byGate(controller, 'ExternalArtifact', { on: 'accepted', off: 'refused' }),
  }
}

function byGate(name: string, gate: string, words: { readonly on: string; readonly off: string }) {
  return (install: InstallFacts): string | null => {
    const controller = controllerOf(install, name)
    if (controller === undefined || !isConfigured(controller)) return null
    return controller.featureGates[gate] === true ? words.on : words.off
  }
}

function byArgument(name: string, flag: string, say: (value: string) => string) {
  return (install: InstallFacts): string | null => {
    const controller = controllerOf(install, name)
    return controller === undefined || !isConfigured(controller) ? null : say(controller.args[flag] ?? '')
  }
}

function substitutes(postBuild: Json | undefined): boolean {
  return (
    Object.keys(dig(postBuild, 'substitute') ?? {}).length > 0 ||
    digArray(postBuild, 'substituteFrom').length > 0 ||
    digString(postBuild, 'substituteStrategy') === 'Always'
  )
}

function sourcesOf(spec: Json): Json[] {
  const found = [
    own(spec, 'sourceRef'),
    own(spec, 'chartRef'),
    dig(spec, 'chart', 'spec', 'sourceRef'),
    own(spec, 'imageRepositoryRef'),
  ]
  return [...found, ...digArray(spec, 'eventSources')].filter((source) => source !== undefined)
}

function crossesNamespaces(spec: Json, { namespace }: ResourceRef): boolean {
  return sourcesOf(spec).some((source) => (digString(source, 'namespace') || namespace) !== namespace)
}
