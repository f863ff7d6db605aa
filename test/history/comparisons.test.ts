import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { Comparison, Difference, Drift } from '../../src/model/comparison.ts'
import { historyIn } from './fixtures.ts'

test('a comparison comes back as the same bytes', (t) => {
  const { history } = historyIn(t)
  const comparison = comparisonOf('run_1', [driftOf('podinfo', 1), driftOf('redis', 2)])
  history.saveComparison(comparison)
  assert.equal(JSON.stringify(history.loadComparison('run_1')), JSON.stringify(comparison))
  const none = comparisonOf('run_2', [])
  history.saveComparison(none)
  assert.equal(JSON.stringify(history.loadComparison('run_2')), JSON.stringify(none))
})

test('comparisons are found by the beginning of their id where it is the only one', (t) => {
  const { history } = historyIn(t)
  history.saveComparison(comparisonOf('run_aa', []))
  history.saveComparison(comparisonOf('run_ab', []))
  assert.equal(history.loadComparison('run_ab')?.id, 'run_ab')
  assert.equal(history.loadComparison('run_b'), null)
  assert.equal(history.loadComparison(''), null)
  assert.throws(() => history.loadComparison('run_a'), { code: 'snapshot-unknown' })
})

test('the list is newest first and names what was compared', (t) => {
  const { history } = historyIn(t)
  history.saveComparison(comparisonOf('run_1', []))
  history.saveComparison({ ...comparisonOf('run_2', [driftOf('podinfo', 1)]), baseline: null })
  const summary = { at: '2026-11-21T09:00:00+01:00', clusters: ['staging', 'production'], verdict: 'drifted' }
  assert.deepEqual(history.listComparisons(9), [
    { ...summary, id: 'run_2', baseline: null, differences: 1 },
    { ...summary, id: 'run_1', baseline: 'staging', differences: 0 },
  ])
  assert.equal(history.listComparisons(1).length, 1)
})

test('drift that goes on is stored once', (t) => {
  const { history, path } = historyIn(t)
  const drifts = Array.from({ length: 300 }, (_, index) => driftOf(`app-${index}`, index))
  history.saveComparison(comparisonOf('run_1', drifts))
  const before = countDocuments(path)
  history.saveComparison(comparisonOf('run_2', drifts))
  assert.equal(countDocuments(path), before)
  history.saveComparison(comparisonOf('run_3', [driftOf('new', 1), ...drifts]))
  assert.equal(countDocuments(path), before + 2)
})

test('an altered comparison is found when it is read', (t) => {
  const { history, path } = historyIn(t)
  history.saveComparison(comparisonOf('run_1', [driftOf('podinfo', 1)]))
  const db = new Database(path)
  db.exec(`UPDATE documents SET json = replace(json, '"high"', '"low"') WHERE json LIKE '%podinfo%'`)
  db.close()
  assert.throws(() => history.loadComparison('run_1'), { code: 'history-corrupt' })
})

function countDocuments(path: string): number {
  const db = new Database(path, { readonly: true })
  try {
    return Number(db.prepare('SELECT count(*) FROM documents').pluck().get())
  } finally {
    db.close()
  }
}

function driftOf(name: string, value: number): Drift {
  const difference: Difference = {
    layer: 'spec',
    path: 'spec.interval',
    severity: 'high',
    classification: 'drift',
    explanation: null,
    changes: { production: 'changed' },
    values: { staging: value, production: value + 1 },
    unknown: {},
    pointers: { staging: '/spec/interval', production: '/spec/interval' },
    origins: {},
    within: null,
    fingerprint: `f-${name}`,
    valueDigest: `v-${value}`,
  }
  const ref = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'apps', name }
  const presence = { staging: 'present', production: 'present' } as const
  return { ref, refs: {}, usedBy: [], cause: null, against: ['staging'], presence, differences: [difference] }
}

function comparisonOf(id: string, drifts: readonly Drift[]): Comparison {
  const cluster = (name: string, takenAt: string): Comparison['clusters'][number] => ({
    name,
    slug: name,
    snapshot: `snap_${name}`,
    takenAt,
    uid: null,
    kubernetes: null,
    flux: null,
    error: null,
    coverage: [],
  })
  const counts = { objects: drifts.length, inSync: 0, drifted: drifts.length, missing: 0, extra: 0, unknown: 0 }
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Comparison',
    id,
    phase: 'done',
    digest: `sha256:${drifts.length}`,
    engine: '1.0.0',
    baseline: 'staging',
    verdict: 'drifted',
    clusters: [cluster('staging', '2026-11-21T09:00:00+01:00'), cluster('production', '2026-11-21T07:59:59Z')],
    summary: {
      ...counts,
      differences: drifts.length,
      bySeverity: { critical: 0, high: drifts.length, medium: 0, low: 0 },
      expected: 0,
      parametric: 0,
      hiddenByRules: 0,
      equivalent: 0,
    },
    findings: [],
    drifts,
    explanations: [],
  }
}
