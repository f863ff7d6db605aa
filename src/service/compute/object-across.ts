import { findHidden } from '../../diff/hidden.ts'
import { pairObjects, refsOf, type Unit } from '../../diff/pairing.ts'
import { sightUnit } from '../../diff/presence.ts'
import { createSides, perCluster, type Side } from '../../diff/side.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { Presence } from '../../model/comparison.ts'
import { AppError } from '../../model/errors.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { namesKind } from '../kind-names.ts'
import type { ObjectAcross, ObjectName } from '../service.ts'
import { kindTest, objectText } from './read-snapshot.ts'

type KindTest = ReturnType<typeof namesKind>

/**
 * Where an object is, and which clusters have the same one. The snapshots must tell no more of secrets than the least of them may: equal
 * digests are equal secrets. Objects whose masks do not tell whether they are equal are a variant each, and one that is too large to be
 * compared has none. `unread`: clusters without a snapshot. Throws `not-found` where no cluster is known to have it or to refer to it.
 */
export function objectAcross(
  object: ObjectName,
  snapshots: readonly Snapshot[],
  unread: readonly ClusterName[],
): ObjectAcross {
  const isKind = kindTest(
    object.kind,
    snapshots.flatMap(({ entries }) => entries),
  )
  const sides = createSides(snapshots.map((snapshot) => onlyKind(snapshot, isKind, object.namespace)))
  const unit = pairObjects(sides, null).find((unit) => isKind(unit.ref) && isNamed(unit, object))
  if (!unit) throw notFound(object, unread)
  const sightings = sightUnit(unit, sides)
  const presence = perCluster(sides, (side): Presence => sightings[side.index]!.presence)
  const unknown = Object.fromEntries(unread.map((name) => [name, 'unknown' as const]))
  return { ref: unit.ref, presence: { ...presence, ...unknown }, variants: variantsOf(unit, sides) }
}

/** Pairing looks at the objects of one kind and namespace only: a fleet may have thousands of others. */
function onlyKind(snapshot: Snapshot, isKind: KindTest, namespace: string): Snapshot {
  const isWanted = (ref: Parameters<KindTest>[0] & { readonly namespace: string }): boolean =>
    ref.namespace === namespace && isKind(ref)
  return {
    ...snapshot,
    entries: snapshot.entries.filter(({ ref }) => isWanted(ref)),
    references: snapshot.references.filter(({ to }) => isWanted(to)),
  }
}

function isNamed(unit: Unit, { namespace, name }: ObjectName): boolean {
  return unit.ref.namespace === namespace && refsOf(unit).some((ref) => ref.name === name)
}

function variantsOf(unit: Unit, sides: readonly Side[]): ObjectAcross['variants'] {
  const readable = sides.filter((side) => unit.entries[side.index]?.limit === null)
  const groups = Map.groupBy(readable, (side) => variantKey(unit, side))
  return [...groups.values()]
    .map((group) => {
      const [{ index, snapshot }] = group as [Side, ...Side[]]
      const { digest } = unit.entries[index]!
      return { digest, clusters: group.map((side) => side.name), body: snapshot.body(digest) }
    })
    .sort((a, b) => b.clusters.length - a.clusters.length)
}

function variantKey(unit: Unit, side: Side): string {
  const { digest } = unit.entries[side.index]!
  return findHidden(side.snapshot.body(digest)).length > 0 ? `${digest} ${side.name}` : digest
}

function notFound(object: ObjectName, unread: readonly ClusterName[]): AppError {
  const unknown = unread.length === 0 ? '' : `; nothing is known of ${unread.join(', ')}`
  return new AppError('not-found', `${objectText(object)} is in no snapshot of these clusters${unknown}`, {
    hint: 'Check kind, namespace and name, or take new snapshots first.',
  })
}
