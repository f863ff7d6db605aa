import { canonicalJson, digArray, digString, isJsonObject, own, type Json, type JsonObject } from '../model/json.ts'
import type { ControllerFacts, InstallFacts } from '../model/snapshot.ts'
import { takenDigest } from './values-check.ts'
import { isSince } from './variables-used.ts'
import { controllersNamed } from './watch-scope.ts'

/** A digest that a controller writes into the status of an object, over what it made of the object and of what it refers to. */
export type ProofDigest = {
  /** Where it stands, for people. */
  readonly field: string
  /** The digest in a reduced status (`{ status }`); null where there is none. */
  readonly read: (body: JsonObject) => string | null
  /**
   * What the object itself contributes, of its desired state: where two are not the same, different digests prove nothing. Null: more
   * enters than can be seen, so different digests never prove anything.
   */
  readonly inputs: (body: JsonObject) => Json | null
  /** Whether two clusters with these installations give one digest for one input; null install: that of the same cluster. */
  readonly sameMaker: (one: InstallFacts, other: InstallFacts) => boolean
  /** Whether the name of the object enters. */
  readonly named: boolean
  /** What such objects refer to only opens the way to what they hold. */
  readonly credentials?: true
}

/**
 * The digests that prove something of what could not be read, by `group/kind`:
 * - HelmRelease: helm-controller digests the merged values and nothing else (fluxcd/pkg chartutil/digest.go); not stable before 1.4.
 * - Kustomization: kustomize-controller digests all that it built, after decryption and substitution (kustomization_controller.go): also
 *   the source, all of the spec that shapes the build, and remote bases, unless they are refused.
 * - ResourceSet: flux-operator digests all that it generated, with what it copied and the checksums of what it was told to watch
 *   (resourceset_controller.go); templates may make something else each time.
 */
const PROOF_DIGESTS: Readonly<Record<string, ProofDigest>> = {
  'helm.toolkit.fluxcd.io/HelmRelease': {
    field: 'status.lastAttemptedConfigDigest',
    read: (body) => takenDigest(own(body, 'status')),
    inputs: (body) => pick(own(body, 'spec'), (field) => field === 'values' || field === 'valuesFrom'),
    sameMaker: (one, other) => {
      const version = sharedVersion('helm-controller', one, other)
      return version !== null && isSince(version, 1, 4) === true
    },
    named: false,
  },
  'kustomize.toolkit.fluxcd.io/Kustomization': {
    field: 'status.history[0].digest',
    read: (body) => builtDigest(own(body, 'status')),
    inputs: (body) => {
      const spec = own(body, 'spec')
      return own(spec, 'decryption') === undefined ? pick(spec, (field) => !NOT_BUILT.has(field)) : null
    },
    sameMaker: (one, other) =>
      sharedVersion('kustomize-controller', one, other) !== null &&
      [one, other].every((install) => controllersNamed('kustomize-controller', install)?.every(refusesRemoteBases)),
    named: true,
  },
  'fluxcd.controlplane.io/ResourceSet': {
    field: 'status.lastAppliedRevision',
    read: (body) => digString(body, 'status', 'lastAppliedRevision') || null,
    inputs: (body) => {
      const spec = own(body, 'spec') ?? {}
      const open = digArray(spec, 'inputsFrom').length > 0 || canonicalJson(spec).includes('<<')
      return open ? null : spec
    },
    sameMaker: ({ operator: one }, { operator: other }) => one !== null && one === other,
    named: true,
  },
}

const ARTIFACT: ProofDigest = {
  field: 'status.artifact.digest',
  read: (body) => digString(body, 'status', 'artifact', 'digest') || null,
  inputs: () => null,
  sameMaker: () => false,
  named: false,
  credentials: true,
}
/** Credentials decide whether a source is fetched, not what it holds: equal artifacts are equal content, different ones prove nothing. */
const SOURCES: ReadonlySet<string> = new Set([
  'GitRepository',
  'OCIRepository',
  'Bucket',
  'HelmChart',
  'ExternalArtifact',
])

/** Fields of a Kustomization that do not change what is built. */
const NOT_BUILT: ReadonlySet<string> = new Set([
  'deletionPolicy',
  'dependsOn',
  'force',
  'healthCheckExprs',
  'healthChecks',
  'interval',
  'kubeConfig',
  'prune',
  'retryInterval',
  'serviceAccountName',
  'suspend',
  'timeout',
  'wait',
])

/** Null where no digest proves anything of objects of that kind. */
export function proofDigestOf({ group, kind }: { readonly group: string; readonly kind: string }): ProofDigest | null {
  const key = `${group}/${kind}`
  if (Object.hasOwn(PROOF_DIGESTS, key)) return PROOF_DIGESTS[key]!
  return group === 'source.toolkit.fluxcd.io' && SOURCES.has(kind) ? ARTIFACT : null
}

/** Whether the controller has seen the latest generation and succeeded with it: of anything else its digest is of other inputs. */
export function isSettledStatus(body: JsonObject): boolean {
  const status = own(body, 'status')
  return digString(status, 'readiness') === 'Ready' && own(status, 'reconciled') === true
}

/** Whether two digests were made by one algorithm (`sha256:...`), so that they differ only where their inputs do. */
export function sameAlgorithm(one: string, other: string): boolean {
  const [a, b] = [one, other].map((digest) => /^([a-z0-9]+):[0-9a-f]+$/.exec(digest)?.[1])
  return a !== undefined && a === b
}

/** The revision of the source that a Kustomization was last built from; null where it is not known. */
export function builtRevision(body: JsonObject): string | null {
  return digString(digArray(body, 'status', 'history')[0], 'metadata', 'revision') ?? null
}

function builtDigest(status: Json | undefined): string | null {
  const [newest] = digArray(status, 'history')
  const outcome = digString(newest, 'lastReconciledStatus') ?? SUCCEEDED
  return outcome === SUCCEEDED ? (digString(newest, 'digest') ?? null) : null
}

const SUCCEEDED = 'ReconciliationSucceeded'

function pick(spec: Json | undefined, wanted: (field: string) => boolean): Json {
  const fields = isJsonObject(spec) ? Object.entries(spec) : []
  return Object.fromEntries(fields.filter(([field]) => wanted(field)))
}

/** The one version that all of these controllers run on both clusters, with the same feature gates; null where that is not known. */
function sharedVersion(name: string, one: InstallFacts, other: InstallFacts): string | null {
  const [mine, its] = [one, other].map((install) => controllersNamed(name, install))
  if (!mine || !its) return null
  const makers = new Set([...mine, ...its].map(({ version, featureGates }) => canonicalJson([version, featureGates])))
  return makers.size === 1 ? mine[0]!.version : null
}

function refusesRemoteBases({ args }: ControllerFacts): boolean {
  return Object.hasOwn(args, '--no-remote-bases') && args['--no-remote-bases'] === 'true'
}
