import { findHidden } from '../../diff/hidden.ts'
import { pairObjects, refsOf, type Unit } from '../../diff/pairing.ts'
import { sightUnit } from '../../diff/presence.ts'
import { createSides, perCluster, type Side } from '../../diff/side.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { Presence } from '../../model/comparison.ts'
import { AppError } from '../../model/errors.ts'
import type { SecretCompare } from '../../model/mask.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { ObjectAcross, ObjectName } from '../service.ts'
import { lowerSecrets } from './level-secrets.ts'
import { kindTest, objectText, type KindTest } from './read-snapshot.ts'

/** Sides cut to what the caller may see; `secrets`: the least that they all may tell. */
export type Across = {
  readonly object: ObjectName
  readonly sides: readonly Snapshot[]
  readonly secrets: SecretCompare
  /** Clusters without a snapshot. */
  readonly unread: readonly ClusterName[]
}

/**
 * Where an object is, and which clusters have the same one: equal digests, of bodies lowered to one level. Objects whose masks do not tell
 * whether they are equal are a variant each, and one that is too large to be compared has none. Throws `not-found` where no cluster is
 * known to have it or to refer to it.
 */
export function objectAcross({ object, sides: cut, secrets, unread }: Across): ObjectAcross {
  const isKind = kindTest(
    object.kind,
    cut.map(({ entries }) => entries),
  )
  const sides = createSides(cut.map((side) => lowerSecrets(onlyKind(side, isKind, object.namespace), secrets)))
  const unit = pairObjects(sides, null).find((unit) => isKind(unit.ref) && isNamed(unit, object))
  if (!unit) throw notFound(object, unread)
  const sightings = sightUnit(unit, sides)
  const presence = perCluster(sides, (side): Presence => sightings[side.index]!.presence)
  const unknown = Object.fromEntries(unread.map((name) => [name, 'unknown' as const]))
  return { ref: unit.ref, presence: { ...presence, ...unknown }, variants: variantsOf(unit, sides) }
}

/** The objects of one kind and namespace: a fleet may have thousands of others, whose bodies need not be read. */
function onlyKind(side: Snapshot, isKind: KindTest, namespace: string): Snapshot {
  const isWanted = (ref: ResourceRef): boolean => ref.namespace === namespace && isKind(ref)
  return {
    ...side,
    entries: side.entries.filter(({ ref }) => isWanted(ref)),
    references: side.references.filter(({ to }) => isWanted(to)),
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
