import { digestOf } from '../flux/digest.ts'
import type { FingerprintKey } from '../flux/fingerprint.ts'
import { refOf } from '../flux/identity.ts'
import { installFacts } from '../flux/install.ts'
import { FLUX_KINDS, kindOf, type FluxKind } from '../flux/kinds.ts'
import { createMasker, type Masker } from '../flux/mask-object.ts'
import type { CoverageScope, KindCoverage } from '../model/coverage.ts'
import { AppError } from '../model/errors.ts'
import { exceedsLimits } from '../model/json.ts'
import { compareText, refKey } from '../model/resource-ref.ts'
import { fromSnapshotDocument, isSnapshotDocument } from '../model/snapshot-document.ts'
import type { RawObject, ReferenceState, Snapshot } from '../model/snapshot.ts'
import type { Clock, CollectRequest, Ids, SnapshotSource } from '../service/ports.ts'
import { CONFIG_MAP, SECRET } from './api-path.ts'
import { assembleSnapshot, failedSnapshot, type SnapshotInput } from './assemble-snapshot.ts'
import { coverageRow } from './coverage-rows.ts'
import { distinctObjects, objectsOf, readManifests, type FileObjects, type Manifest } from './manifest-files.ts'
import { versionOf } from './raw-object.ts'
import { readSourceFiles } from './source-files.ts'
import { takeObject } from './take-object.ts'

export type FileSourceOptions = {
  readonly engine: string
  readonly fingerprintKey: FingerprintKey
  readonly clock: Clock
  readonly ids: Ids
  /** All of standard input, read when a side is `file:-`. */
  readonly stdin: () => Promise<string>
}

/**
 * Reads sides that are files: `file:PATH` (an exported snapshot, manifests, or a folder of manifests) and `file:-` for standard
 * input. Manifests become a snapshot as if they had been applied to an empty cluster: kinds of Flux that they do not hold are
 * absent; of ConfigMaps and Secrets, which are seldom exported, that is said only where the files hold any of the kind.
 * Rejects with `file-unreadable` and `file-invalid`; files without anything of Flux are a snapshot with the error `flux-not-found`.
 */
export function createFileSource(options: FileSourceOptions): SnapshotSource {
  return { collect: (request) => collect(request, options) }
}

async function collect(request: CollectRequest, options: FileSourceOptions): Promise<Snapshot> {
  const { cluster } = request
  const path = cluster.replace(/^file:/, '')
  const progress = (step: 'list' | 'done' | 'failed', objects: number): void =>
    request.progress({ cluster, step, kind: null, objects })
  progress('list', 0)
  const manifests = await readSide(path, request, options)
  const snapshot = exportedSnapshot(path, manifests) ?? snapshotOf(objectsOf(manifests), request, options)
  progress(snapshot.error ? 'failed' : 'done', snapshot.entries.length)
  return { ...snapshot, cluster }
}

async function readSide(path: string, { signal }: CollectRequest, { stdin }: FileSourceOptions): Promise<Manifest[]> {
  const files = path === '-' ? [{ path: 'standard input', text: await stdin() }] : await readSourceFiles(path, signal)
  return files.flatMap(readManifests)
}

/** Null: the manifests are no exported snapshot. One among other manifests is refused: it would be left out silently. */
function exportedSnapshot(path: string, manifests: readonly Manifest[]): Snapshot | null {
  const exported = manifests.find(({ value }) => isSnapshotDocument(value))
  if (!exported) return null
  if (manifests.length > 1) {
    throw new AppError('file-invalid', `${exported.place} is an exported snapshot among other documents`, {
      hint: 'Name the file of the snapshot itself, and keep it apart from manifests.',
    })
  }
  try {
    return fromSnapshotDocument(exported.value, digestOf)
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('file-invalid', `${path}: nested too deeply`, { cause: error })
    if (!(error instanceof AppError)) throw error
    throw new AppError(error.code, `${path}: ${error.message}`, { hint: error.hint, cause: error })
  }
}

function snapshotOf(files: FileObjects, request: CollectRequest, options: FileSourceOptions): Snapshot {
  const masker = createMasker({ key: options.fingerprintKey, secrets: request.scope.secrets })
  // Also those that nothing refers to: their values may stand in a text.
  for (const { raw } of files.data) if (isSecret(raw) && exceedsLimits(raw) === null) masker.learn(raw)
  const header = {
    id: options.ids.next('snap'),
    cluster: request.cluster,
    takenAt: options.clock.now().toISOString(),
    engine: options.engine,
    namespaces: null,
  }
  if (files.flux.length > 0) return assembleSnapshot(inputOf(files, header, { masker, request }))
  const error = new AppError('flux-not-found', `${request.cluster} holds no object of Flux`, {
    hint: 'Name a file or folder with manifests of Flux, for example the output of: flux export',
  })
  return failedSnapshot(header, error, masker)
}

type Header = Parameters<typeof failedSnapshot>[0]
type Making = { readonly masker: Masker; readonly request: CollectRequest }

function inputOf(files: FileObjects, header: Header, { masker, request }: Making): SnapshotInput {
  const objects = distinctObjects(files.flux)
  const taken = objects.map((raw) => takeObject(raw))
  const targets = taken.flatMap((object) => object.targets)
  const wanted = new Set(targets.map(({ to }) => refKey(to)))
  const readSecrets = request.scope.secrets !== 'off'
  const data = files.data.filter(({ raw }) => readSecrets || !isSecret(raw))
  const referenced = distinctObjects(data.filter(({ raw }) => wanted.has(refKey(refOf(raw)))))
  const held = new Set(data.map(({ raw }) => refOf(raw).kind))
  const states = targets
    .filter(({ to }) => to.group === '')
    .map(({ to }): [string, ReferenceState] => [refKey(to), held.has(to.kind) ? 'absent' : 'not-asked'])
  const coverage = [...fluxCoverage(objects), ...dataCoverage(held, readSecrets)]
  return {
    header: {
      ...header,
      uid: null,
      install: installOf(files, objects),
      schemaSet: null,
      served: [],
      coverage,
      error: null,
    },
    objects: taken,
    referenced: referenced.map((raw) => takeObject(raw)),
    states: new Map(states),
    selective: false,
    events: null,
    masker,
    known: null,
  }
}

/**
 * Every kind of Flux was looked for in all of the files; kinds that are not in the catalogue are known where there is one. Of several
 * versions of a kind the oldest is told, in whatever order they stand: it is the one that an upgrade takes away.
 */
function fluxCoverage(objects: readonly RawObject[]): KindCoverage[] {
  const kinds = new Map<string, { group: string; kind: string; version: string | null }>()
  for (const { group, kind } of FLUX_KINDS) kinds.set(`${group}/${kind}`, { group, kind, version: null })
  for (const raw of objects) {
    const { group, kind } = refOf(raw)
    const before = kinds.get(`${group}/${kind}`)?.version ?? null
    const versions = [versionOf(raw), ...(before === null ? [] : [before])]
    kinds.set(`${group}/${kind}`, { group, kind, version: oldestOf(versions, kindOf(group, kind)) })
  }
  return [...kinds.values()].map((row) => ({ ...row, status: 'complete', objects: 0, scopes: [scopeOf(null)] }))
}

/** Versions that Flux never served come after those that it did, by their names. */
function oldestOf(versions: readonly string[], kind: FluxKind | undefined): string | null {
  const rank = (version: string): number => kind?.versions.indexOf(version) ?? -1
  return versions.toSorted((a, b) => rank(b) - rank(a) || compareText(a, b))[0] ?? null
}

function dataCoverage(held: ReadonlySet<string>, readSecrets: boolean): KindCoverage[] {
  const reasonFor = (kind: string): string | null => {
    if (held.has(kind)) return null
    return kind === 'Secret' && !readSecrets ? 'Secrets are not read' : `the files hold no ${kind}s`
  }
  return [CONFIG_MAP, SECRET].map((resource) => coverageRow(resource, [scopeOf(reasonFor(resource.kind))]))
}

function scopeOf(notAsked: string | null): CoverageScope {
  return {
    namespace: null,
    verb: 'list',
    status: notAsked === null ? 'complete' : 'not-asked',
    reason: notAsked,
    resourceVersion: null,
  }
}

function installOf({ controllers }: FileObjects, objects: readonly RawObject[]): ReturnType<typeof installFacts> {
  const ofKind = (kind: string): RawObject[] => objects.filter((raw) => refOf(raw).kind === kind)
  const instances = ofKind('FluxInstance')
  return installFacts({ instances, reports: ofKind('FluxReport'), deployments: [...controllers], kubernetes: null })
}

function isSecret(raw: RawObject): boolean {
  return refOf(raw).kind === 'Secret'
}
