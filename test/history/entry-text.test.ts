import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEntry, writeEntry } from '../../src/history/entry-text.ts'
import type { SnapshotEntry } from '../../src/model/snapshot.ts'

const plain: SnapshotEntry = {
  ref: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'web' },
  version: 'v2',
  uid: 'u',
  resourceVersion: '7',
  digest: 'sha256:a',
  statusDigest: null,
  labels: { app: 'web' },
  limit: null,
}

test('an entry is read as it was written, with what is set only at times', () => {
  const time = '2026-06-01T00:00:00Z'
  for (const more of [{}, { noted: true }, { suspended: '' }, { noted: true, suspended: time }] as const) {
    const entry = { ...plain, ...more }
    assert.deepEqual(readEntry(writeEntry(entry), '7'), entry)
  }
})
