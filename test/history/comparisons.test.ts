import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
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
