import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createFingerprint, createFingerprintKey } from '../../../src/flux/fingerprint.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { toSnapshotDocument } from '../../../src/model/snapshot-document.ts'
import { levelSecrets, lowestLevel } from '../../../src/service/compute/level-secrets.ts'
import { compare, controller, lines, reference, ref, snapshot } from '../../diff/builders.ts'

const tag = createFingerprint(createFingerprintKey(randomBytes(32)))

function masked(value: string, text?: string): JsonObject {
  return text === undefined ? { masked: tag(value) } : { masked: tag(value), text }
}

/** One Secret and one HelmRelease that uses it and holds a masked value itself. */
function cluster(name: string, password: string): Snapshot {
  const taken = snapshot({
    cluster: name,
    mask: '1:key:equality',
    objects: [
      {
        ref: 'HelmRelease/apps/shop',
        body: { spec: { values: { replicas: 2, url: masked(password, 'https://user:***@db') } } },
        status: {
          status: {
            note: masked(password),
            readiness: 'Ready',
            reconciled: true,
            lastAttemptedConfigDigest: `sha256:${Buffer.from(password).toString('hex')}`,
          },
        },
      },
      { ref: 'GitRepository/apps/plain', body: { spec: { url: 'https://example.com' } } },
      { ref: 'Secret/apps/shop', body: { data: { 'values.yaml': { password: masked(password) } }, type: 'Opaque' } },
    ],
    references: [reference('HelmRelease/apps/shop', 'Secret/apps/shop')],
    install: { controllers: [controller('helm-controller', { version: 'v1.6.0' })] },
  })
  return { ...taken, secretSet: tag(`set of ${password}`) }
}

test('the least of several levels wins', () => {
  assert.equal(lowestLevel([]), 'equality')
  assert.equal(lowestLevel(['equality', 'equality']), 'equality')
  assert.equal(lowestLevel(['equality', 'presence']), 'presence')
  assert.equal(lowestLevel(['presence', 'off', 'equality']), 'off')
})

test('equality changes nothing, and no level makes a snapshot tell more than it was taken with', () => {
  const taken = cluster('staging', 'a')
  assert.equal(levelSecrets(taken, 'equality'), taken)
  const low = snapshot({ cluster: 'production', mask: '1:key:presence' })
  assert.equal(levelSecrets(low, 'equality').mask, '1:key:presence')
})

test('a lowered snapshot is the same whatever the secrets are: fingerprints, digests and the tag over all secrets', () => {
  for (const level of ['presence', 'off'] as const) {
    const [a, b] = ['hunter2', 'correct horse'].map((password) =>
      JSON.stringify(toSnapshotDocument(levelSecrets(cluster('staging', password), level))),
    )
    assert.equal(a, b)
    assert.doesNotMatch(a!, /hmac:/)
  }
})

test('presence keeps the shape of a mask, what is plain keeps its digest', () => {
  const taken = cluster('staging', 'hunter2')
  const low = levelSecrets(taken, 'presence')
  const digests = (from: Snapshot) => new Map(from.entries.map((entry) => [entry.ref.name, entry.digest]))
  assert.equal(digests(low).get('plain'), digests(taken).get('plain'))
  const shop = low.entries.find(({ ref }) => ref.kind === 'HelmRelease')!
  assert.deepEqual(low.body(shop.digest), {
    spec: { values: { replicas: 2, url: { masked: 'present', text: 'https://user:***@db' } } },
  })
})

test('a key that was blanked loses the beginning of its fingerprint', () => {
  const body = (key: string): JsonObject => ({ spec: { values: { [key]: 1, plain: 2 } } })
  const taken = (key: string) =>
    snapshot({ cluster: 'a', objects: [{ ref: 'HelmRelease/apps/shop', body: body(key) }] })
  const [a, b] = ['host-***#Ab3_-f0zZ9', 'host-***#zzzzzzzzzz'].map((key) => levelSecrets(taken(key), 'presence'))
  assert.equal(a!.entries[0]!.digest, b!.entries[0]!.digest)
  assert.deepEqual(a!.body(a!.entries[0]!.digest), body('host-***#1'))
})

test('digests that controllers make of secret values go, those of sources and charts stay', () => {
  const status = {
    artifact: { digest: 'sha256:source' },
    history: [{ configDigest: 'sha256:values', ociDigest: 'sha256:chart', digest: 'sha256:manifests' }],
    lastAppliedRevision: 'sha256:5e1f',
    lastAttemptedConfigDigest: 'sha256:values',
    readiness: 'Ready',
  }
  const body = { spec: { digest: 'sha256:wanted', configDigest: 'mine' } }
  const objects = [{ ref: 'HelmRelease/apps/shop', body, status: { status } }]
  // Also where the cluster was read with presence: controllers know nothing of that.
  const low = levelSecrets(snapshot({ cluster: 'a', mask: '1:key:presence', objects }), 'presence')
  const [entry] = low.entries
  const present = { masked: 'present' }
  assert.deepEqual(low.body(entry!.digest), body)
  assert.deepEqual(low.body(entry!.statusDigest!), {
    status: {
      artifact: { digest: 'sha256:source' },
      history: [{ configDigest: present, ociDigest: 'sha256:chart', digest: present }],
      lastAppliedRevision: present,
      lastAttemptedConfigDigest: present,
      readiness: 'Ready',
    },
  })
})

test('revisions of sources stay', () => {
  const status = { lastAppliedRevision: 'main@sha1:5e1f' }
  const taken = snapshot({ cluster: 'a', objects: [{ ref: 'Kustomization/apps/shop', status: { status } }] })
  const low = levelSecrets(taken, 'presence')
  assert.deepEqual(low.body(low.entries[0]!.statusDigest!), { status })
})

test('off leaves Secrets out as if they had not been read', () => {
  const low = levelSecrets(cluster('staging', 'hunter2'), 'off')
  assert.deepEqual(
    low.entries.map((entry) => entry.ref.kind),
    ['GitRepository', 'HelmRelease'],
  )
  assert.deepEqual(low.references, [reference('HelmRelease/apps/shop', 'Secret/apps/shop', { state: 'not-asked' })])
  const row = low.coverage.find(({ kind }) => kind === 'Secret')!
  assert.equal(row.status, 'not-asked')
  assert.ok(row.scopes.every(({ status }) => status === 'not-asked'))
})

test('a guess written into one cluster cannot be told from a wrong one, once both are lowered', () => {
  const production = { ...cluster('production', 'hunter2'), mask: '1:key:presence' }
  const answer = (guess: string, level: 'equality' | 'presence' | 'off') => {
    const sides = [cluster('staging', guess), production].map((side) => levelSecrets(side, level))
    const { id: _id, ...rest } = compare(sides)
    return JSON.stringify(rest)
  }
  assert.equal(answer('hunter2', 'presence'), answer('wrong', 'presence'))
  assert.equal(answer('hunter2', 'off'), answer('wrong', 'off'))
  assert.match(answer('wrong', 'off'), /"answers":\{"production":"unknown"\}/)
  const seen = compare([cluster('staging', 'hunter2'), cluster('production', 'wrong')])
  const secret = seen.drifts.find((drift) => drift.ref.kind === ref('Secret/apps/shop').kind)!
  assert.deepEqual(lines(secret.differences), ['data ["values.yaml"].password production=changed'])
})
