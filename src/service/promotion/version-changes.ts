import type { ResourceRef } from '../../model/resource-ref.ts'
import type { Json } from '../../model/json.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { isApplication, isThere, NOT_THERE, seenVersion } from './applied-version.ts'
import type { AppliedVersion, VersionStep } from './version-store.ts'

/** What of a snapshot is not as it was in the one before it, and what is known. */
export type ChangedObjects = {
  readonly changed: readonly { readonly ref: ResourceRef; readonly status: Json | undefined }[]
  /** What the one before had, and is proven not to be there any more. */
  readonly gone: readonly ResourceRef[]
  /** The newest step of an object; null: none is known. */
  readonly last: (ref: ResourceRef) => VersionStep | null
  /** When the one before was taken, where it shows the object or that there was none; null otherwise. */
  readonly before: (ref: ResourceRef) => string | null
}

/** The steps that a snapshot adds, in the order of its objects. A cluster that could not be read adds none. */
export function versionChanges(
  { cluster, takenAt, error }: Pick<Snapshot, 'cluster' | 'takenAt' | 'error'>,
  { changed, gone, last, before }: ChangedObjects,
): readonly VersionStep[] {
  if (error !== null) return []
  const taken = new Date(takenAt).toISOString()
  const step = (ref: ResourceRef, prior: VersionStep | null, now: What): readonly VersionStep[] => {
    if (prior === null ? !isThere(now) : isSameStep(prior, now)) return []
    // A clock that was set back, or a snapshot that was stored late, must not turn the order of the steps around.
    const since = prior !== null && prior.since > taken ? prior.since : taken
    const { version, revision, attempted } = now
    return [
      { cluster, ref, version, revision, attempted, since, after: lastBefore(since, [before(ref), prior?.since]) },
    ]
  }
  return [
    ...changed.flatMap(({ ref, status }) => {
      if (!isApplication(ref)) return []
      const prior = last(ref)
      const { applied, attempted } = seenVersion(ref, status)
      const now = applied ?? prior ?? NOT_THERE
      return step(ref, prior, { ...now, attempted: isThere(now) ? attempted : null })
    }),
    ...gone.flatMap((ref) => (isApplication(ref) ? step(ref, last(ref), { ...NOT_THERE, attempted: null }) : [])),
  ]
}

type What = AppliedVersion & Pick<VersionStep, 'attempted'>

function isSameStep(a: What, b: What): boolean {
  return a.version === b.version && a.revision === b.revision && a.attempted === b.attempted
}

/** The latest of the times at which it was otherwise. */
function lastBefore(since: string, times: readonly (string | null | undefined)[]): string | null {
  let last: string | null = null
  for (const time of times) {
    const known = time ? new Date(time).toISOString() : null
    if (known !== null && known <= since && (last === null || known > last)) last = known
  }
  return last
}
