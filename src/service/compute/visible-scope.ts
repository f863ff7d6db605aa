import type { SecretCompare } from '../../model/mask.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { levelSecrets } from './level-secrets.ts'
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
export function visibleSnapshot(snapshot: Snapshot, { secrets, namespaces }: VisibleScope): Snapshot {
  const narrow = namespaces === null ? snapshot : narrowSnapshot(snapshot, namespaces)
  return levelSecrets(narrow, secrets)
}
