import type { SecretCompare } from '../../model/mask.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { dropSecrets, lowerSecrets } from './level-secrets.ts'
import { narrowSnapshot } from './narrow-snapshot.ts'

/** What of a snapshot one answer may be made from. */
export type VisibleScope = {
  /** The least that any cluster of the answer allows. */
  readonly secrets: SecretCompare
  /** Null: all. */
  readonly namespaces: readonly string[] | null
}

/**
 * The snapshot as if it had been taken of these namespaces alone, with secrets told no more than the level allows. Every answer is made
 * from this, so that nothing else can be in it, not even by count.
 */
export function visibleSnapshot(snapshot: Snapshot, scope: VisibleScope): Snapshot {
  return lowerSecrets(cutSnapshot(snapshot, scope), scope.secrets)
}

/**
 * The half of `visibleSnapshot` that reads no body, for answers about few objects: identities, coverage and counts may be told from it,
 * digests and bodies only after `lowerSecrets` of what is left.
 */
export function cutSnapshot(snapshot: Snapshot, { secrets, namespaces }: VisibleScope): Snapshot {
  return dropSecrets(namespaces === null ? snapshot : narrowSnapshot(snapshot, namespaces), secrets)
}
