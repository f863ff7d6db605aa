import { setImmediate } from 'node:timers/promises'
import { FLUX_KINDS, isFluxGroup } from '../flux/kinds.ts'
import { splitApiVersion } from '../flux/identity.ts'
import { AppError } from '../model/errors.ts'
import { digString } from '../model/json.ts'
import type { KindCoverage } from '../model/coverage.ts'
import { refKey } from '../model/resource-ref.ts'
import type { RawObject, SnapshotHeader } from '../model/snapshot.ts'
import type { CollectRequest, CollectScope, KnownObjects } from '../service/ports.ts'
import { DEPLOYMENT, EVENT } from './api-path.ts'
import type { SnapshotInput } from './assemble-snapshot.ts'
import { coverageRow, unreadRow } from './coverage-rows.ts'
import { discover, type Discovery, type ServedKind } from './discovery.ts'
import { createEffectiveChecks } from './effective-checks.ts'
import type { KubeApi } from './kube-api.ts'
import { preferChanges } from './known-list.ts'
import { installOf, readClusterUid, readControllers, readVersion } from './read-install.ts'
import { isAsked, readContent, readKind, type KindReader, type KindReading } from './read-kind.ts'
import { readList } from './read-list.ts'
import { readSchemas, schemaSetOf } from './read-schemas.ts'
import { createReferenceReader, type ReferenceReader, type References } from './read-references.ts'
import { takeObject, takeUnread, type TakenObject } from './take-object.ts'

type Facts = Pick<SnapshotHeader, 'uid' | 'install' | 'served' | 'schemaSet' | 'coverage'>

/** All that was read of a cluster, unmasked. */
export type Reading = Facts & Pick<SnapshotInput, 'objects' | 'referenced' | 'states' | 'events' | 'selective'>

export type ReadRequest = Omit<CollectRequest, 'known'> & {
  /** Begins every message: `cluster staging`. */
  readonly subject: string
  /** Objects of an earlier run whose content may be taken for that of the same version now. What it throws ends the reading. */
  readonly known: () => KnownObjects | null
  /** Told of each Secret as it is read. */
  readonly learn: (secret: RawObject) => void
  /** As `SnapshotHeader.secretSet`, of those that were learned so far. */
  readonly secretSet: () => string
}

type Step = 'connect' | 'discover' | 'list' | 'references'
type Run = {
  readonly request: ReadRequest
  readonly references: ReferenceReader<TakenObject>
  readonly progress: (step: Step, kind: string | null, objects: number) => void
}

/**
 * Reads one cluster: discovery, lists of the Flux kinds, and whatever they refer to as soon as it is known.
 * What may not or cannot be read is in `coverage`. Throws an AppError where the cluster as a whole cannot be read
 * (`flux-not-found` where it serves no Flux kind), or when the run was interrupted.
 */
export async function readCluster(api: KubeApi, request: ReadRequest): Promise<Reading> {
  const { scope, subject } = request
  const progress = progressOf(request)
  progress('connect', null, 0)
  const [discovery, kubernetes, uid, published] = await Promise.all([
    discover(api, subject),
    optional(readVersion(api)),
    optional(readClusterUid(api)),
    optional(readSchemas(api)),
    lookUpKnown(request),
  ])
  if (discovery.kinds.length === 0 && discovery.incomplete.size === 0) {
    throw new AppError('flux-not-found', `${subject} serves none of the Flux kinds`)
  }
  progress('discover', null, discovery.kinds.length)
  const schemaSet = schemaSetOf(published, discovery.kinds)
  const known = knownUnder(schemaSet, request.known())
  const run = startRun(api, { ...request, known: () => known }, progress)
  const [{ kinds, referenced }, controllers, events] = await Promise.all([
    readObjects(api, run, discovery.kinds),
    readControllers(api),
    scope.events ? readEvents(api, scope) : null,
  ])
  const objects = kinds.flatMap((kind) => kind.objects)
  const rows = [...kinds.map(({ row }) => row), ...missingKinds(discovery, scope), ...referenced.coverage]
  if (controllers.scope.status !== 'complete' && !isNarrowed(scope))
    rows.push(coverageRow(DEPLOYMENT, [controllers.scope]))
  if (events) rows.push(events.row)
  return {
    uid,
    install: installOf({ objects, controllers, kubernetes }),
    served: discovery.kinds.map(({ group, kind, version, served }) => ({ group, kind, version, served })),
    schemaSet,
    coverage: rows,
    objects,
    referenced: referenced.objects,
    states: referenced.states,
    selective: scope.selector !== null || scope.resource !== null,
    events: events?.objects ?? null,
  }
}

function progressOf({ cluster, progress }: ReadRequest): Run['progress'] {
  return (step, kind, objects) => progress({ cluster, step, kind, objects })
}

/** Where an object may be another at the resource version that it had, nothing is known of it. */
function knownUnder(schemaSet: string | null, known: KnownObjects | null): KnownObjects | null {
  return schemaSet !== null && known?.schemaSet === schemaSet ? known : null
}

function startRun(api: KubeApi, request: ReadRequest, progress: Run['progress']): Run {
  const { scope, known, learn } = request
  const references = createReferenceReader(api, {
    readSecrets: scope.secrets !== 'off',
    progress: (read) => progress('references', null, read),
    take: (object) => {
      const taken = takeObject(object, known())
      if (taken.ref.kind === 'Secret' && taken.limit === null) learn(object)
      return taken
    },
  })
  return { request, references, progress }
}

function kindReader(api: KubeApi, { request, references, progress }: Run): KindReader {
  const known = request.known()
  const wanting = (taken: TakenObject): TakenObject => {
    references.want(taken.targets)
    return taken
  }
  return {
    api,
    scope: request.scope,
    preferChanges: preferChanges(known),
    take: (object, again) => wanting(takeObject(object, known, again)),
    takeUnread: (partial) => {
      const taken = known && takeUnread(partial, known)
      return taken && wanting(taken)
    },
    progress: (kind, objects) => progress('list', kind, objects),
  }
}

type Objects = { readonly kinds: readonly KindReading[]; readonly referenced: References<TakenObject> }

/** The objects of these kinds with what they refer to; contents that turn out to be needed are read until none is lacking. */
async function readObjects(api: KubeApi, run: Run, served: readonly ServedKind[]): Promise<Objects> {
  const reader = kindReader(api, run)
  let kinds = await Promise.all(served.map((kind) => readKind(reader, kind)))
  for (;;) {
    const objects = kinds.flatMap((kind) => kind.objects)
    const referenced = await run.references.finish(objects.flatMap(({ targets }) => targets))
    const lacks = lacksContent(referenced, run.request)
    if (!objects.some(lacks)) return { kinds, referenced }
    kinds = await Promise.all(kinds.map((kind) => readContent(reader, kind, lacks)))
  }
}

/**
 * Which contents have to be read though they are as they were: all under another set of secrets, since they are masked anew; and of what
 * is composed from others when those changed.
 */
function lacksContent(
  { objects, states }: References<TakenObject>,
  { known, secretSet }: ReadRequest,
): (object: TakenObject) => boolean {
  const isComparable = known()?.secretSet === secretSet()
  const byKey = new Map(objects.map((object) => [refKey(object.ref), object]))
  const checks = createEffectiveChecks(byKey, states)
  return (object) => {
    if (!object.unread || object.known === null) return false
    return !isComparable || (object.limit === null && !checks.isKnown(object))
  }
}

/** Waits until the requests have left: the server answers the first ones while the earlier run is looked up. */
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

async function readEvents(
  api: KubeApi,
  scope: CollectScope,
): Promise<{ row: KindCoverage; objects: RawObject[] | null }> {
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

function isNarrowed({ kinds, namespaces, selector, resource }: CollectScope): boolean {
  return kinds !== null || namespaces !== null || selector !== null || resource !== null
}
