import { refOf } from '../flux/identity.ts'
import { isGenerated } from '../flux/reduce.ts'
import { referencesOf, type ReferenceTarget } from '../flux/references.ts'
import { exceedsLimits, own } from '../model/json.ts'
import { AppError } from '../model/errors.ts'
import { refKey, sameRef, type ResourceRef } from '../model/resource-ref.ts'
import type { RawObject, ReferenceState, SnapshotEntry } from '../model/snapshot.ts'
import type { KnownObjects } from '../service/ports.ts'
import { versionOf } from './raw-object.ts'

/** An object as it was read. The content of one that is known is let go: there are thousands, and hardly one is needed again. */
export type TakenObject = {
  readonly ref: ResourceRef
  /** Made by a controller from another object: it counts as there, and is no entry itself. */
  readonly generated: boolean
  readonly limit: SnapshotEntry['limit']
  /** What it refers to; nothing for one that is generated or beyond limits. */
  readonly targets: readonly TakenTarget[]
  /** What an earlier run made of the same version of the object; null: nothing. */
  readonly known: SnapshotEntry | null
  /** The content is not at hand: it is as it was then, or (of a generated one) of no interest. `raw` must not be called. */
  readonly unread: boolean
  /** The object itself, unmasked; of a known one it is parsed anew. */
  readonly raw: () => RawObject
}

/** `state`: what had become of the target in the run that the object is known from. */
export type TakenTarget = ReferenceTarget & { readonly state?: ReferenceState }

/** How a known object is read once more from the answer that it came in. */
export type Again = () => RawObject

/** Takes from an object what is needed of it at once. Without `again`, or where nothing is known, its content is kept. */
export function takeObject(raw: RawObject, known: KnownObjects | null = null, again: Again | null = null): TakenObject {
  const ref = refOf(raw)
  if (isGenerated(raw, ref)) return { ...UNREAD, ref, generated: true }
  const entry = known && knownEntry(raw, known)
  // What was within limits then is still, being unchanged.
  const limit = entry ? entry.limit : exceedsLimits(raw)
  return {
    ref: entry?.ref ?? ref,
    generated: false,
    limit,
    targets: entry ? referencesIn(known, entry) : limit === null ? referencesOf(raw) : [],
    known: entry,
    unread: false,
    raw: entry && again ? again : () => raw,
  }
}

/**
 * Takes an object of which only metadata was read (`partial`: apiVersion, kind, metadata). Null: its content has to be read, since nothing
 * is known of this version of it.
 */
export function takeUnread(partial: RawObject, known: KnownObjects): TakenObject | null {
  // Hardly any object is new: looking it up comes first.
  const entry = knownEntry(partial, known)
  if (entry === null) return isGenerated(partial) ? { ...UNREAD, ref: refOf(partial), generated: true } : null
  return { ...UNREAD, ref: entry.ref, limit: entry.limit, targets: referencesIn(known, entry), known: entry }
}

const UNREAD = { generated: false, limit: null, targets: [], known: null, unread: true, raw: neverRead }

function neverRead(): never {
  throw new AppError('internal', 'the content of an object is asked for that was not read or was let go')
}

function referencesIn(known: KnownObjects, { ref }: SnapshotEntry): TakenObject['targets'] {
  return known.references.get(refKey(ref)) ?? []
}

/** The same uid and resourceVersion in another version of the API may be other content: defaults and fields depend on it. */
function knownEntry(raw: RawObject, known: KnownObjects): SnapshotEntry | null {
  const metadata = own(raw, 'metadata')
  const uid = own(metadata, 'uid')
  const entry = typeof uid === 'string' ? known.byUid.get(uid) : undefined
  if (!entry || entry.resourceVersion === null || entry.resourceVersion !== own(metadata, 'resourceVersion'))
    return null
  return entry.version === versionOf(raw) && sameRef(entry.ref, refOf(raw)) ? entry : null
}
