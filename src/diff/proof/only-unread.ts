import { builtRevision } from '../../flux/proof-digests.ts'
import type { ProofDigest } from '../../flux/proof-digests.ts'
import { canonicalJson, dig, digString, type Json, type JsonObject } from '../../model/json.ts'
import { refKey } from '../../model/resource-ref.ts'
import type { Reference, SnapshotEntry } from '../../model/snapshot.ts'
import type { Unit } from '../pairing.ts'
import type { Run } from '../run.ts'
import type { Side } from '../side.ts'
import { sourcesOn } from './references.ts'
import { holdsHiddenInput, isUnread } from './unread.ts'

export type Pair = readonly [Side, Side]

/**
 * Whether all that enters the digests of an object on two clusters is known to be the same but for what could not be read, so that
 * different digests come from that alone. Whatever is open in it makes this false.
 */
export function isOnlyUnread(run: Run, unit: Unit, digest: ProofDigest, pair: Pair): boolean {
  const [one, other] = pair
  if (!digest.sameMaker(one.snapshot.install, other.snapshot.install)) return false
  if (digest.named && unit.names !== null) return false
  const [mine, its] = pair.map((side) => digest.inputs(bodyOn(unit, side))) as [Json, Json]
  // As text: values that may not be compared are what is open.
  if (mine === null || its === null || canonicalJson(mine) !== canonicalJson(its)) return false
  if (unit.ref.kind === 'Kustomization' && !isSameSource(unit, pair)) return false
  return isOnlyUnreadSource(run, unit, pair)
}

function bodyOn(unit: Unit, side: Side): JsonObject {
  const entry = unit.entries[side.index]
  return entry ? side.snapshot.body(entry.digest) : {}
}

function isOnlyUnreadSource(run: Run, unit: Unit, pair: Pair): boolean {
  const [one, other] = pair.map((side) => sourcesOn(run, unit, side)) as [SourceMap, SourceMap]
  if (one.size !== other.size) return false
  let unread = pair.some((side) => holdsHiddenInput(unit, side))
  for (const [field, source] of one) {
    const found = other.get(field)
    const relation = found === undefined ? 'open' : relate(unit, pair, [source, found])
    if (relation === 'open') return false
    unread ||= relation === 'unread'
  }
  return unread
}

type SourceMap = ReadonlyMap<string, Reference>

/** `same`: read on both clusters and equal; `unread`: not read on one at least; `open`: it may be why the digests differ. */
function relate(unit: Unit, pair: Pair, sources: readonly [Reference, Reference]): 'same' | 'unread' | 'open' {
  const [one, other] = sources
  if (refKey(one.to) !== refKey(other.to)) return 'open'
  // What is not there now may have been there when the digest was made.
  if (sources.some(({ state }) => state === 'absent')) return 'open'
  const entries = pair.map((side, at) => (sources[at]!.state === 'present' ? side.data.get(refKey(one.to)) : undefined))
  const isSettled = pair.every((side, at) => isOlder(entries[at], unit.entries[side.index]))
  if (!isSettled) return 'open'
  if (entries.some((entry) => entry === undefined || entry.limit !== null)) return 'unread'
  if (entries[0]!.digest !== entries[1]!.digest) return 'open'
  return pair.some((side, at) => isUnread(side, sources[at]!)) ? 'unread' : 'same'
}

/**
 * Whether an object was not written after the one whose digest covers it: else the digest may be of what it held before. Versions of one
 * cluster grow with every write.
 */
function isOlder(source: SnapshotEntry | undefined, user: SnapshotEntry | null | undefined): boolean {
  if (source === undefined) return true
  const [left, right] = [source.resourceVersion, user?.resourceVersion ?? null]
  if (left === null || right === null || !DIGITS.test(left) || !DIGITS.test(right)) return false
  return BigInt(left) <= BigInt(right)
}

const DIGITS = /^\d+$/

/** Whether both were built from one content: the artifacts are equal, and are those of the last build. */
function isSameSource(unit: Unit, pair: Pair): boolean {
  const digests = pair.map((side) => builtArtifact(unit, side))
  return digests[0] !== null && digests[0] === digests[1]
}

function builtArtifact(unit: Unit, side: Side): string | null {
  const entry = unit.entries[side.index]
  if (!entry || entry.statusDigest === null) return null
  const reference = dig(side.snapshot.body(entry.digest), 'spec', 'sourceRef')
  const [kind, name] = ['kind', 'name'].map((key) => digString(reference, key) ?? '')
  const namespace = digString(reference, 'namespace') || entry.ref.namespace
  const wanted = refKey({ group: 'source.toolkit.fluxcd.io', kind: kind!, namespace, name: name! })
  const source = side.snapshot.entries.find(({ ref }) => ref.kind === kind && refKey(ref) === wanted)
  if (source === undefined || source.statusDigest === null) return null
  const status = side.snapshot.body(source.statusDigest)
  const revision = digString(status, 'status', 'artifact', 'revision')
  const built = builtRevision(side.snapshot.body(entry.statusDigest))
  return revision === undefined || revision !== built
    ? null
    : (digString(status, 'status', 'artifact', 'digest') ?? null)
}
