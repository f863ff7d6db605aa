import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  readEntries,
  readEntry,
  readReferenceRuns,
  writeEntry,
  writeReferenceRun,
} from '../../src/history/entry-text.ts'
import type { Reference, SnapshotEntry } from '../../src/model/snapshot.ts'

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

test('many entries are read as each of them', () => {
  const texts = [writeEntry(plain), writeEntry({ ...plain, noted: true })]
  assert.deepEqual(readEntries(texts, ['7']), [plain, { ...plain, noted: true, resourceVersion: null }])
  assert.deepEqual(readEntries([], []), [])
})

test('the references of an object are read as they were written', () => {
  const to = { group: '', kind: 'Secret', namespace: 'apps', name: 'values "a"' }
  const first: Reference = {
    from: plain.ref,
    field: 'spec.valuesFrom[0]',
    to,
    use: 'values',
    optional: true,
    yamlKey: 'values.yaml',
    state: 'absent',
  }
  const run: Reference[] = [first, { ...first, to: { ...to, kind: 'ConfigMap' }, optional: false, yamlKey: null }]
  assert.deepEqual(readReferenceRuns([writeReferenceRun(run), writeReferenceRun([first])]), [run, [first]])
})
