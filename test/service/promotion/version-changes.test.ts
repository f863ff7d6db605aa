import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../../src/model/errors.ts'
import type { Json } from '../../../src/model/json.ts'
import { refKey, type ResourceRef } from '../../../src/model/resource-ref.ts'
import { versionChanges, type ChangedObjects } from '../../../src/service/promotion/version-changes.ts'
import type { VersionStep } from '../../../src/service/promotion/version-store.ts'
import { ref } from '../../diff/builders.ts'

const WEB = ref('HelmRelease/shop/web')
const NOON = { cluster: 'production', takenAt: '2026-11-21T12:00:00Z', error: null }
const ELEVEN = '2026-11-21T11:00:00Z'

function changes(given: Partial<ChangedObjects>, snapshot: Parameters<typeof versionChanges>[0] = NOON) {
  return versionChanges(snapshot, { changed: [], gone: [], last: () => null, before: () => ELEVEN, ...given })
}

function release(
  chartVersion: string,
  status = 'deployed',
  attempted = chartVersion,
): { ref: ResourceRef; status: Json } {
  return { ref: WEB, status: { history: [{ chartVersion, status }], lastAttemptedRevision: attempted } }
}

function known(version: string | null, change: Partial<VersionStep> = {}): Pick<ChangedObjects, 'last'> {
  const step = {
    cluster: 'production',
    ref: WEB,
    version,
    revision: null,
    attempted: null,
    since: '2026-11-20T12:00:00.000Z',
    after: null,
    ...change,
  }
  return { last: (asked) => (refKey(asked) === refKey(WEB) ? step : null) }
}

const UPGRADED = {
  cluster: 'production',
  ref: WEB,
  version: '1.3.0',
  revision: null,
  attempted: null,
  since: '2026-11-21T12:00:00.000Z',
  after: '2026-11-21T11:00:00.000Z',
}

test('another version is a step, with the time of the snapshot before it', () => {
  assert.deepEqual(changes({ changed: [release('1.3.0')], ...known('1.2.0') }), [UPGRADED])
  assert.deepEqual(changes({ changed: [release('1.3.0')] }), [UPGRADED])
  assert.deepEqual(changes({ changed: [release('1.3.0')], before: () => null }), [{ ...UPGRADED, after: null }])
})

test('the same version is none, whatever else of the object changed', () => {
  assert.deepEqual(changes({ changed: [release('1.2.0')], ...known('1.2.0') }), [])
  const source = { ref: ref('GitRepository/shop/web'), status: { artifact: { revision: 'main@sha1:abc' } } }
  assert.deepEqual(changes({ changed: [source], gone: [source.ref] }), [])
})

test('a failed upgrade leaves the version, and is told beside it', () => {
  const failed = release('1.3.0', 'failed')
  assert.deepEqual(changes({ changed: [failed], ...known('1.2.0') }), [
    { ...UPGRADED, version: '1.2.0', attempted: '1.3.0' },
  ])
  assert.deepEqual(changes({ changed: [failed], ...known('1.2.0', { attempted: '1.3.0' }) }), [])
  assert.deepEqual(changes({ changed: [failed] }), [])
  const rolledBack = release('1.2.0', 'deployed', '1.3.0')
  assert.deepEqual(changes({ changed: [rolledBack], ...known('1.2.0', { attempted: '1.3.0' }) }), [])
})

test('what is gone, or uninstalled, is not there any more, once', () => {
  const absent = { ...UPGRADED, version: null }
  assert.deepEqual(changes({ gone: [WEB], ...known('1.2.0') }), [absent])
  assert.deepEqual(changes({ gone: [WEB], ...known(null) }), [])
  assert.deepEqual(changes({ gone: [WEB] }), [])
  assert.deepEqual(changes({ changed: [release('1.2.0', 'uninstalled')], ...known('1.2.0') }), [absent])
  assert.deepEqual(changes({ changed: [release('1.3.0', 'failed')], ...known(null) }), [])
})

test('a cluster that could not be read changes nothing', () => {
  const error = new AppError('cluster-unreachable', 'production does not answer').toDocument()
  assert.deepEqual(changes({ changed: [release('1.3.0')], gone: [WEB], ...known('1.2.0') }, { ...NOON, error }), [])
})

test('steps keep their order where a snapshot is older than what is known', () => {
  const later = '2026-11-21T13:00:00.000Z'
  assert.deepEqual(changes({ changed: [release('1.3.0')], ...known('1.2.0', { since: later }) }), [
    { ...UPGRADED, since: later, after: later },
  ])
  const early = { ...NOON, takenAt: '2026-11-21T10:00:00Z' }
  assert.deepEqual(changes({ changed: [release('1.3.0')], ...known('1.2.0') }, early), [
    { ...UPGRADED, since: '2026-11-21T10:00:00.000Z', after: '2026-11-20T12:00:00.000Z' },
  ])
})
