import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../../src/model/json.ts'
import { isApplication, isSameApplied, seenVersion } from '../../../src/service/promotion/applied-version.ts'
import { ref } from '../../diff/builders.ts'

const SHA_A = '0123456789abcdef0123456789abcdef01234567'
const SHA_B = '89abcdef0123456789abcdef0123456789abcdef'
const DIGEST = `sha256:${'c'.repeat(64)}`

test('HelmReleases and Kustomizations are applications, what they are made from is none', () => {
  assert.deepEqual(
    ['HelmRelease/a/b', 'Kustomization/a/b', 'GitRepository/a/b', 'ResourceSet/a/b', 'Secret/a/b'].filter((text) =>
      isApplication(ref(text)),
    ),
    ['HelmRelease/a/b', 'Kustomization/a/b'],
  )
  assert.equal(isApplication({ ...ref('Kustomization/a/b'), group: 'kustomize.config.k8s.io' }), false)
})

test('of a release the newest entry counts, where it is deployed', () => {
  const seen = (status: Json) => seenVersion(ref('HelmRelease/shop/web'), status)
  const entry = (status: string, chartVersion: string) => ({ chartName: 'web', chartVersion, status })
  const applied = (version: string) => ({ version, revision: null })
  assert.deepEqual(seen({ history: [entry('deployed', '1.2.0')], lastAttemptedRevision: '1.2.0' }), {
    applied: applied('1.2.0'),
    attempted: null,
  })
  const withDigest = { history: [{ ...entry('deployed', '1.2.0'), ociDigest: DIGEST }], lastAttemptedRevision: '1.2.0' }
  assert.deepEqual(seen(withDigest).applied, { version: '1.2.0', revision: DIGEST })
  // The upgrade to 1.3.0 failed: what is applied does not stand here.
  const failed = { history: [entry('failed', '1.3.0')], lastAttemptedRevision: '1.3.0' }
  assert.deepEqual(seen(failed), { applied: null, attempted: '1.3.0' })
  assert.deepEqual(seen({ history: [entry('pending-upgrade', '1.3.0')] }).applied, null)
  // After the rollback helm-controller puts the release that it made in front.
  const rolledBack = { history: [entry('deployed', '1.2.0')], lastAttemptedRevision: '1.3.0' }
  assert.deepEqual(seen(rolledBack), { applied: applied('1.2.0'), attempted: '1.3.0' })
  assert.deepEqual(seen({ history: [entry('uninstalled', '1.3.0')] }).applied, { version: null, revision: null })
  assert.deepEqual(seen(undefined as unknown as Json), { applied: null, attempted: null })
})

test('a release of a controller without history is what was applied last, or tried with success', () => {
  const seen = (status: Json) => seenVersion(ref('HelmRelease/shop/web'), status)
  const older = { lastAppliedRevision: '1.1.0', lastAttemptedRevision: '1.2.0', readiness: 'Failed' }
  assert.deepEqual(seen(older), { applied: { version: '1.1.0', revision: null }, attempted: '1.2.0' })
  const ready = { lastAttemptedRevision: '1.2.0', readiness: 'Ready' }
  assert.deepEqual(seen(ready), { applied: { version: '1.2.0', revision: null }, attempted: null })
  assert.deepEqual(seen({ ...ready, readiness: 'Progressing' }).applied, null)
})

test('of a Kustomization the applied revision counts, of an artifact the Git revision that it was made from', () => {
  const seen = (status: Json) => seenVersion(ref('Kustomization/shop/web'), status)
  const main = `main@sha1:${SHA_A}`
  assert.deepEqual(seen({ lastAppliedRevision: main, lastAttemptedRevision: main }), {
    applied: { version: null, revision: main },
    attempted: null,
  })
  const next = `main@sha1:${SHA_B}`
  assert.equal(seen({ lastAppliedRevision: main, lastAttemptedRevision: next }).attempted, next)
  assert.deepEqual(seen({ lastAttemptedRevision: next }), { applied: null, attempted: next })
  const artifact = { lastAppliedRevision: `6.6.0@${DIGEST}`, lastAppliedOriginRevision: main }
  assert.deepEqual(seen(artifact).applied, { version: '6.6.0', revision: main })
  for (const [revision, version] of [
    [`v1.2.0@sha1:${SHA_A}`, 'v1.2.0'],
    [`refs/tags/v1.2.0-rc.1@sha1:${SHA_A}`, 'v1.2.0-rc.1'],
    [`latest@${DIGEST}`, null],
    [`1.2@sha1:${SHA_A}`, null],
    [`sha1:${SHA_A}`, null],
    [`main/${SHA_A}`, null],
  ] as const) {
    assert.deepEqual(seen({ lastAppliedRevision: revision }).applied, { version, revision })
  }
})

test('what was blanked as secret is unknown', () => {
  assert.equal(seenVersion(ref('Kustomization/a/b'), { lastAppliedRevision: '***@sha1:abc' }).applied, null)
  const release = { history: [{ chartVersion: '1.***', status: 'deployed' }] }
  assert.equal(seenVersion(ref('HelmRelease/a/b'), release).applied, null)
})

test('the same is what has one version or one checksum', () => {
  const same = (a: [string | null, string | null], b: [string | null, string | null]) =>
    isSameApplied({ version: a[0], revision: a[1] }, { version: b[0], revision: b[1] })
  assert.ok(same([null, `main@sha1:${SHA_A}`], [null, `refs/heads/production@sha1:${SHA_A}`]))
  assert.ok(same([null, `main/${SHA_A}`], [null, `main@sha1:${SHA_A}`]))
  assert.ok(same(['v1.2.0', `v1.2.0@sha1:${SHA_A}`], [null, `main@sha1:${SHA_A}`]))
  assert.ok(same(['1.2.0', null], ['v1.2.0', DIGEST]))
  assert.ok(same(['1.2.0', `sha1:${SHA_A}`], ['1.2.0', `sha1:${SHA_B}`]))
  assert.ok(!same([null, `main@sha1:${SHA_A}`], [null, `main@sha1:${SHA_B}`]))
  assert.ok(!same(['1.2.0', null], ['1.2.1', null]))
  assert.ok(!same(['1.2.0', null], ['1.2.0-rc.1', null]))
  assert.ok(!same([null, null], [null, null]))
})
