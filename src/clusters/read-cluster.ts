import { setImmediate } from 'node:timers/promises'
import { FLUX_KINDS, isFluxGroup } from '../flux/kinds.ts'
import { splitApiVersion } from '../flux/identity.ts'
import { AppError } from '../model/errors.ts'
import { digString } from '../model/json.ts'
import type { KindCoverage } from '../model/coverage.ts'
import type { RawObject, SnapshotHeader } from '../model/snapshot.ts'
import type { CollectRequest, CollectScope, KnownObjects } from '../service/ports.ts'
import { DEPLOYMENT, EVENT } from './api-path.ts'
import type { SnapshotInput } from './assemble-snapshot.ts'
import { coverageRow, unreadRow } from './coverage-rows.ts'
import { discover, type Discovery, type ServedKind } from './discovery.ts'
import type { KubeApi } from './kube-api.ts'
import { installOf, readClusterUid, readControllers, readVersion } from './read-install.ts'
import { readList, type ListResult } from './read-list.ts'
import { readObject } from './read-object.ts'
import { createReferenceReader, type ReferenceReader } from './read-references.ts'
import { takeObject, type Again, type TakenObject } from './take-object.ts'

type Facts = Pick<SnapshotHeader, 'uid' | 'install' | 'served' | 'coverage'>

/** All that was read of a cluster, unmasked. */
export type Reading = Facts & Pick<SnapshotInput, 'objects' | 'referenced' | 'states' | 'events' | 'selective'>

export type ReadRequest = Omit<CollectRequest, 'known'> & {
  /** Begins every message: `cluster staging`. */
  readonly subject: string
  /** Objects of an earlier run whose content may be taken for that of the same version now. What it throws ends the reading. */
  readonly known: () => KnownObjects | null
  /** Told of each Secret as it is read. */
  readonly learn: (secret: RawObject) => void
}

type Run = {
  readonly api: KubeApi
  readonly scope: CollectScope
  readonly references: ReferenceReader<TakenObject>
  readonly take: (object: RawObject, again: Again) => TakenObject
  readonly progress: (
    step: 'connect' | 'discover' | 'list' | 'references',
    kind: string | null,
    objects: number,
  ) => void
}

/**
 * Reads one cluster: discovery, lists of the Flux kinds, and whatever they refer to as soon as it is known.
 * What may not or cannot be read is in `coverage`. Throws an AppError where the cluster as a whole cannot be read
 * (`flux-not-found` where it serves no Flux kind), or when the run was interrupted.
 */
export async function readCluster(api: KubeApi, request: ReadRequest): Promise<Reading> {
  const { scope, subject } = request
  const run = startRun(api, request)
  const { references, progress } = run
  progress('connect', null, 0)
  const [discovery, kubernetes, uid] = await Promise.all([
    discover(api, subject),
    optional(readVersion(api)),
    optional(readClusterUid(api)),
  ])
  if (discovery.kinds.length === 0 && discovery.incomplete.size === 0) {
    throw new AppError('flux-not-found', `${subject} serves none of the Flux kinds`)
  }
  progress('discover', null, discovery.kinds.length)
  const [kinds, controllers, events] = await Promise.all([
    Promise.all(discovery.kinds.map((kind) => readKind(run, kind))),
    readControllers(api),
    scope.events ? readEvents(run) : null,
    lookUpKnown(request),
  ])
  const objects = kinds.flatMap((kind) => kind.objects)
  const referenced = await references.finish(objects.flatMap(({ targets }) => targets))
  const rows = [...kinds.map(({ row }) => row), ...missingKinds(discovery, scope), ...referenced.coverage]
  if (controllers.scope.status !== 'complete' && !isNarrowed(scope))
    rows.push(coverageRow(DEPLOYMENT, [controllers.scope]))
  if (events) rows.push(events.row)
  return {
    uid,
    install: installOf({ objects, controllers, kubernetes }),
    served: discovery.kinds.map(({ group, kind, version, served }) => ({ group, kind, version, served })),
    coverage: rows,
    objects,
    referenced: referenced.objects,
    states: referenced.states,
    selective: scope.selector !== null || scope.resource !== null,
    events: events?.objects ?? null,
  }
}

function startRun(api: KubeApi, request: ReadRequest): Run {
  const { cluster, scope, known, learn } = request
  const progress: Run['progress'] = (step, kind, objects) => request.progress({ cluster, step, kind, objects })
  const references = createReferenceReader(api, {
    readSecrets: scope.secrets !== 'off',
    progress: (read) => progress('references', null, read),
    take: (object) => {
      const taken = takeObject(object, known())
      if (taken.ref.kind === 'Secret' && taken.limit === null) learn(object)
      return taken
    },
  })
  const take: Run['take'] = (object, again) => {
    const taken = takeObject(object, known(), again)
    references.want(taken.targets)
    return taken
  }
  return { api, scope, references, take, progress }
}

/** Waits until the requests have left: the server works on the lists while the earlier run is looked up. */
async function lookUpKnown({ known }: ReadRequest): Promise<void> {
  await setImmediate()
  known()
}

async function optional<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof AppError && error.code !== 'interrupted') return null
    throw error
  }
}

type KindReading = { readonly row: KindCoverage; readonly objects: readonly TakenObject[] }

async function readKind(run: Run, kind: ServedKind): Promise<KindReading> {
  const { scope } = run
  if (!isAsked(kind.kind, scope))
    return { row: unreadRow(kind.group, kind.kind, kind.version, 'not-asked'), objects: [] }
  const lists = scope.resource ? [await readSingle(run, kind, scope.resource)] : await readLists(run, kind)
  return {
    row: coverageRow(
      kind,
      lists.map(({ scope }) => scope),
    ),
    objects: lists.flatMap(({ objects }) => objects),
  }
}

function readLists(run: Run, kind: ServedKind): Promise<ListResult<TakenObject>[]> {
  const { scope } = run
  const namespaces = kind.namespaced && scope.namespaces !== null ? scope.namespaces : [null]
  const counts = new Map<string | null, number>()
  return Promise.all(
    namespaces.map((namespace) => {
      const progress = (objects: number): void => {
        counts.set(namespace, objects)
        run.progress(
          'list',
          kind.kind,
          [...counts.values()].reduce((sum, count) => sum + count, 0),
        )
      }
      const query: Record<string, string> = scope.selector === null ? {} : { labelSelector: scope.selector }
      return readList(run.api, { resource: kind, namespace, query, progress }, run.take)
    }),
  )
}

async function readSingle(
  run: Run,
  kind: ServedKind,
  wanted: NonNullable<CollectScope['resource']>,
): Promise<ListResult<TakenObject>> {
  const result = await readObject(run.api, kind, wanted.namespace, wanted.name)
  const scope = { namespace: wanted.namespace, verb: 'get' as const, resourceVersion: null }
  if ('reason' in result) return { scope: { ...scope, status: result.state, reason: result.reason }, objects: [] }
  const objects = result.state === 'present' ? [run.take(result.object, () => result.object)] : []
  run.progress('list', kind.kind, objects.length)
  return { scope: { ...scope, status: 'complete', reason: null }, objects }
}

async function readEvents({ api, scope }: Run): Promise<{ row: KindCoverage; objects: RawObject[] | null }> {
  const namespaces = scope.resource ? [scope.resource.namespace] : (scope.namespaces ?? [null])
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      readList(api, { resource: EVENT, namespace, query: {}, progress: () => undefined }, (event) => event),
    ),
  )
  const row = coverageRow(
    EVENT,
    lists.map((list) => list.scope),
  )
  if (row.status !== 'complete') return { row, objects: null }
  return { row, objects: lists.flatMap(({ objects }) => objects.filter(isOfFlux)) }
}

function isOfFlux(event: RawObject): boolean {
  return isFluxGroup(splitApiVersion(digString(event, 'involvedObject', 'apiVersion') ?? '').group)
}

/** Rows for the known kinds that the cluster does not serve. */
function missingKinds({ kinds, incomplete }: Discovery, scope: CollectScope): KindCoverage[] {
  const served = new Set(kinds.map(({ group, kind }) => `${group}/${kind}`))
  return FLUX_KINDS.filter(({ group, kind }) => !served.has(`${group}/${kind}`)).map(({ group, kind }) => {
    if (!isAsked(kind, scope)) return unreadRow(group, kind, null, 'not-asked')
    return unreadRow(group, kind, null, incomplete.has(group) ? 'failed' : 'not-installed')
  })
}

function isAsked(kind: string, { kinds, resource }: CollectScope): boolean {
  if (resource) return resource.kind === kind
  return kinds === null || kinds.includes(kind)
}

function isNarrowed({ kinds, namespaces, selector, resource }: CollectScope): boolean {
  return kinds !== null || namespaces !== null || selector !== null || resource !== null
}
