import type { ReferenceTarget } from '../flux/references.ts'
import type { CoverageScope, KindCoverage } from '../model/coverage.ts'
import { digString } from '../model/json.ts'
import { compareText, refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { RawObject, ReferenceState } from '../model/snapshot.ts'
import { CONFIG_MAP, missingRight, SECRET, type Resource } from './api-path.ts'
import { coverageRow, unreadRow } from './coverage-rows.ts'
import type { KubeApi } from './kube-api.ts'
import { MAX_CONNECTIONS } from './dispatcher.ts'
import { createLimit } from './limit.ts'
import { readObject, type ObjectResult } from './read-object.ts'

export type References<T> = {
  /** What was taken of each that was read, with apiVersion and kind. */
  readonly objects: readonly T[]
  /** What became of each that was not, by `refKey`. */
  readonly states: ReadonlyMap<string, ReferenceState>
  readonly coverage: readonly KindCoverage[]
}

/** Reads ConfigMaps and Secrets as their names become known, each once. */
export type ReferenceReader<T> = {
  readonly want: (targets: readonly ReferenceTarget[]) => void
  /** Called when the lists are whole: what became of these; others that were wanted on the way are left out, as those of a list that was read anew. */
  readonly finish: (targets: readonly ReferenceTarget[]) => Promise<References<T>>
}

export type ReferenceOptions<T> = {
  /** False: Secrets are not read at all (`--secrets off`). */
  readonly readSecrets: boolean
  readonly progress: (read: number) => void
  /** What to keep of an object, as soon as it is there. */
  readonly take: (object: RawObject) => T
}

/** How many refusals without a single success settle that a kind may not be read in a namespace; RBAC can allow single names. */
const GIVE_UP_AFTER = 20

type Result<T> =
  | { readonly state: 'present'; readonly taken: T }
  | { readonly state: 'not-asked' }
  | Exclude<ObjectResult, { readonly state: 'present' }>
type Outcome<T> = { readonly ref: ResourceRef; readonly result: Result<T> }
type Tally = { forbidden: number; readable: boolean }

/** GETs referenced objects by name; nothing is ever listed, and the storage of Helm releases is left alone. */
export function createReferenceReader<T>(api: KubeApi, options: ReferenceOptions<T>): ReferenceReader<T> {
  // Bounded here too, so that refusals settle a namespace before the rest of it is sent. The lists keep a connection to themselves:
  // each page would have to wait for some of these.
  const limit = createLimit(MAX_CONNECTIONS - 1)
  const started = new Map<string, Promise<Outcome<T>>>()
  const tallies = new Map<string, Tally>()
  let read = 0
  let told = 0
  const readOne = async (ref: ResourceRef, resource: Resource): Promise<Outcome<T>> => {
    const tally = tallyOf(tallies, ref)
    const known = settled(tally, resource, ref)
    const result = known ?? (await readObject(api, resource, ref.namespace, ref.name))
    if (result.state === 'forbidden') tally.forbidden += 1
    else if (result.state !== 'failed') tally.readable = true
    read += 1
    options.progress(read)
    if (result.state !== 'present') return { ref, result }
    if (isHelmStorage(result.object)) return { ref, result: NOT_ASKED }
    return { ref, result: { state: 'present', taken: options.take(result.object) } }
  }
  const want = (ref: ResourceRef): void => {
    const resource = ref.group === '' ? RESOURCES.find(({ kind }) => kind === ref.kind) : undefined
    if (!resource) return
    const key = refKey(ref)
    if (started.has(key)) return
    const left = (resource === SECRET && !options.readSecrets) || ref.name.startsWith(HELM_STORAGE)
    const outcome =
      left || ref.name === '' ? Promise.resolve({ ref, result: NOT_ASKED }) : limit.run(() => readOne(ref, resource))
    // A run that is interrupted rejects in many places at once; `finish` reports the first.
    outcome.catch(() => undefined)
    started.set(key, outcome)
  }
  return {
    want: (targets) => {
      told += targets.length
      for (const { to } of targets) want(to)
    },
    finish: async (targets) => {
      limit.raise(MAX_CONNECTIONS)
      const outcomes = await Promise.all(started.values())
      // Only a list that was read anew leaves more told than is asked for now.
      if (told === targets.length) return summarize(outcomes)
      const wanted = new Set(targets.map(({ to }) => refKey(to)))
      return summarize(outcomes.filter(({ ref }) => wanted.has(refKey(ref))))
    },
  }
}

const RESOURCES = [CONFIG_MAP, SECRET]
const NOT_ASKED = { state: 'not-asked' } as const
const HELM_STORAGE = 'sh.helm.release.v1.'

function isHelmStorage(object: RawObject): boolean {
  return digString(object, 'type') === 'helm.sh/release.v1'
}

function tallyOf(tallies: Map<string, Tally>, ref: ResourceRef): Tally {
  const key = `${ref.kind}/${ref.namespace}`
  const tally = tallies.get(key) ?? { forbidden: 0, readable: false }
  tallies.set(key, tally)
  return tally
}

function settled(tally: Tally, resource: Resource, ref: ResourceRef): ObjectResult | null {
  if (tally.readable || tally.forbidden < GIVE_UP_AFTER) return null
  return { state: 'forbidden', reason: missingRight(resource, 'get', ref.namespace) }
}

function summarize<T>(outcomes: readonly Outcome<T>[]): References<T> {
  const objects: T[] = []
  const states = new Map<string, ReferenceState>()
  for (const { ref, result } of outcomes) {
    states.set(refKey(ref), result.state)
    if (result.state === 'present') objects.push(result.taken)
  }
  return { objects, states, coverage: RESOURCES.map((resource) => rowOf(resource, outcomes)) }
}

function rowOf(resource: Resource, outcomes: readonly Outcome<unknown>[]): KindCoverage {
  const own = outcomes.filter(({ ref }) => ref.kind === resource.kind)
  const byNamespace = Map.groupBy(own, ({ ref }) => ref.namespace)
  if (byNamespace.size === 0) return unreadRow('', resource.kind, resource.version, 'not-asked')
  const scopes = [...byNamespace].sort(([a], [b]) => compareText(a, b)).map(([name, found]) => scopeOf(name, found))
  return coverageRow(resource, scopes)
}

/** What is known in one namespace: a 404 is an answer too, and what was not asked for is no failure. */
function scopeOf(namespace: string, outcomes: readonly Outcome<unknown>[]): CoverageScope {
  const bad = outcomes.map(({ result }) => result).filter((result) => 'reason' in result)
  const asked = outcomes.filter(({ result }) => result.state !== 'not-asked')
  const worst = bad.find(({ state }) => state === 'failed') ?? bad[0]
  const scope = { namespace, verb: 'get' as const, resourceVersion: null }
  if (asked.length === 0) return { ...scope, status: 'not-asked', reason: null }
  if (!worst) return { ...scope, status: 'complete', reason: null }
  return { ...scope, status: bad.length < asked.length ? 'partial' : worst.state, reason: worst.reason }
}
