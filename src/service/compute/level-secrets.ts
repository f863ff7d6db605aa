import { digestOf } from '../../flux/digest.ts'
import { lowerMasks } from '../../flux/lower-masks.ts'
import type { KindCoverage } from '../../model/coverage.ts'
import type { SecretCompare } from '../../model/mask.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { Digest, ObjectBody, Snapshot, SnapshotEntry } from '../../model/snapshot.ts'

const LEVELS: readonly SecretCompare[] = ['off', 'presence', 'equality']

/** The least that any of them allows. */
export function lowestLevel(levels: readonly SecretCompare[]): SecretCompare {
  return LEVELS.find((level) => levels.includes(level)) ?? 'equality'
}

/** Under which level the masks of a snapshot were made; what cannot be read counts as the one that tells most. */
function levelOf(mask: string): SecretCompare {
  const name = mask.slice(mask.lastIndexOf(':') + 1)
  return LEVELS.find((level) => level === name) ?? 'equality'
}

/**
 * A snapshot that tells no more of secret values than `level`, whatever it was taken with. Across clusters all sides are lowered to the
 * least of them: with equality on one side only, values of the other could still be guessed by writing guesses into the first.
 * Digests over fingerprints, the tag over all secret values, and what controllers digest of them would give the same oracle: they go too,
 * also from snapshots that were taken under a lower level.
 */
export function levelSecrets(snapshot: Snapshot, level: SecretCompare): Snapshot {
  return lowerSecrets(dropSecrets(snapshot, level), level)
}

/** The half of `levelSecrets` that reads no body: under `off`, Secrets are as if they had not been read. */
export function dropSecrets(snapshot: Snapshot, level: SecretCompare): Snapshot {
  return levelWithin(snapshot, level) === 'off' ? withoutSecrets(snapshot) : snapshot
}

/** The half that reads the body of every entry: nothing of them may be told before. */
export function lowerSecrets(snapshot: Snapshot, level: SecretCompare): Snapshot {
  const wanted = levelWithin(snapshot, level)
  if (wanted === 'equality') return snapshot
  const { text: _text, ...rest } = snapshot
  const mask = `${snapshot.mask.slice(0, snapshot.mask.lastIndexOf(':'))}:${wanted}`
  return { ...withLowerMasks(rest), mask, secretSet: '' }
}

function levelWithin({ mask }: Snapshot, level: SecretCompare): SecretCompare {
  return lowestLevel([levelOf(mask), level])
}

function withoutSecrets(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    entries: snapshot.entries.filter(({ ref }) => !isSecret(ref)),
    references: snapshot.references.map((reference) =>
      isSecret(reference.to) ? { ...reference, state: 'not-asked' } : reference,
    ),
    coverage: snapshot.coverage.map((row) => (isSecret(row) ? notAsked(row) : row)),
  }
}

function notAsked(row: KindCoverage): KindCoverage {
  const scopes = row.scopes.map((scope) => ({ ...scope, status: 'not-asked' as const, reason: null }))
  return { ...row, status: 'not-asked', objects: 0, scopes }
}

function isSecret({ group, kind }: Pick<ResourceRef, 'group' | 'kind'>): boolean {
  return group === '' && kind === 'Secret'
}

function withLowerMasks(snapshot: Snapshot): Snapshot {
  const bodies = new Map<Digest, ObjectBody>()
  const digests = new Map<Digest, Digest>()
  const lower = (digest: Digest): Digest => {
    const known = digests.get(digest)
    if (known !== undefined) return known
    const body = snapshot.body(digest)
    const lowered = lowerMasks(body)
    const now = lowered === body ? digest : digestOf(lowered)
    if (lowered !== body) bodies.set(now, lowered)
    digests.set(digest, now)
    return now
  }
  const entries = snapshot.entries.map((entry): SnapshotEntry => ({
    ...entry,
    digest: lower(entry.digest),
    statusDigest: entry.statusDigest === null ? null : lower(entry.statusDigest),
  }))
  return { ...snapshot, entries, body: (digest) => bodies.get(digest) ?? snapshot.body(digest) }
}
