import type { ControllerFacts, InstallFacts } from '../model/snapshot.ts'
import { isConfigured } from './controller-facts.ts'

/** What one controller looks at. */
export type WatchScope = {
  readonly controller: ControllerFacts
  /** Null: all namespaces. */
  readonly namespace: string | null
  /** As kubectl writes selectors; empty: all objects. */
  readonly selector: string
}

/** The label by which objects are given to one of several controllers (Flux documentation, "Sharding"). */
export const SHARD_KEY = 'sharding.fluxcd.io/key'

const CONTROLLERS = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
  'image-reflector-controller',
  'image-automation-controller',
  'source-watcher',
]

/** Kinds of which Flux documents that they may be sharded, by the controller that reconciles them. */
const SHARDED: Readonly<Record<string, readonly string[]>> = {
  'source-controller': ['GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart', 'Bucket'],
  'kustomize-controller': ['Kustomization'],
  'helm-controller': ['HelmRelease'],
}

const BY_KIND: ReadonlyMap<string, string> = new Map(
  Object.entries(SHARDED).flatMap(([controller, kinds]) => kinds.map((kind) => [kind, controller] as const)),
)

export const SHARDED_CONTROLLERS: readonly string[] = Object.keys(SHARDED)

/** The controller that reconciles objects of a kind; null where it is not known to be sharded. */
export function shardedBy(kind: string): string | null {
  return BY_KIND.get(kind) ?? null
}

/**
 * All controllers of that name on the cluster, shards included; null where there may be others: not all Deployments of Flux were
 * listed, one of them is no controller that we know, or arguments were not read.
 */
export function controllersNamed(name: string, install: InstallFacts): readonly ControllerFacts[] | null {
  const { controllers, allControllers } = install
  if (allControllers !== true || controllers.some((controller) => nameOf(controller) === null)) return null
  const found = controllers.filter((controller) => nameOf(controller) === name)
  return found.length === 0 || !found.every(isConfigured) ? null : found
}

/** A shard has the image of its controller, and mostly a name that begins like it. */
function nameOf({ name, image }: ControllerFacts): string | null {
  const base = (image ?? '')
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/^.*\//, '')
  return CONTROLLERS.find((known) => base === known || name === known || name.startsWith(`${known}-`)) ?? null
}

/** By `--watch-all-namespaces` and `--watch-label-selector` (fluxcd/pkg runtime/controller/watch.go): a controller runs in its own namespace. */
export function watchScopeOf(controller: ControllerFacts): WatchScope {
  const { args, namespace } = controller
  const all = Object.hasOwn(args, '--watch-all-namespaces') ? args['--watch-all-namespaces']! : 'true'
  const selector = Object.hasOwn(args, '--watch-label-selector') ? args['--watch-label-selector']! : ''
  return { controller, namespace: FALSE.has(all) ? namespace : null, selector: selector.trim() }
}

const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])
