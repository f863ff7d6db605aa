import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  comparedAgain,
  elideValues,
  itemOfDifference,
  itemOfFinding,
  notComparedOf,
} from '../../src/model/drift-item.ts'
import { comparisonLink } from '../../src/model/drift-report.ts'
import { comparison, difference, drift, finding, ref } from '../report/sample-comparison.ts'

const SINCE = { firstSeen: '2026-11-21T07:00:00Z', revisions: {}, previousSeverity: null, owner: null }

test('a short value stays as it is, and what is no text too', () => {
  const values = { a: 'x'.repeat(80), b: 1, c: null, d: { masked: 'present' }, e: [] }
  assert.deepEqual(elideValues(values), values)
})

test('two long texts that begin alike stay different: what they share goes first', () => {
  const shared = 's'.repeat(100)
  assert.deepEqual(elideValues({ a: `${shared}one`, b: `${shared}two` }), {
    a: `…${'s'.repeat(16)}one`,
    b: `…${'s'.repeat(16)}two`,
  })
})

test('a text that is long to its end is cut to 80 characters, whole signs only', () => {
  const [value] = Object.values(elideValues({ a: '🙂'.repeat(100) }))
  assert.equal(value, `${'🙂'.repeat(79)}…`)
})

test('an item of a difference names the clusters that have the object, baseline first', () => {
  const one = drift(
    ref('HelmRelease', 'apps', 'podinfo'),
    [difference({ path: 'a', values: { production: 1 }, changes: { production: 'added' } })],
    { presence: { production: 'present', staging: 'present', edge: 'absent' } },
  )
  const item = itemOfDifference(comparison([one]), one, one.differences[0]!, SINCE)
  assert.deepEqual(item.among, ['staging', 'production'])
  assert.deepEqual(item.clusters, ['production'])
  const told = itemOfFinding(finding({ code: 'version-skew', message: 'm' }), SINCE)
  assert.deepEqual(
    [told.layer, told.path, told.message, told.clusters],
    ['finding', 'version-skew', 'm', ['production']],
  )
})

test('what could not be compared, by cluster and reason, and whether that is news', () => {
  const [first, second] = comparison([]).clusters
  const kind = (name: string, status: 'forbidden' | 'failed' | 'complete' | 'not-asked' | 'not-installed') => ({
    group: 'g',
    kind: name,
    version: 'v1',
    status,
    objects: 0,
    scopes: [],
  })
  const broken = comparison([], {
    clusters: [
      { ...first!, error: { code: 'cluster-timeout', message: 'm', hint: 'h' } },
      {
        ...second!,
        coverage: [
          kind('Secret', 'forbidden'),
          kind('Bucket', 'forbidden'),
          kind('HelmChart', 'failed'),
          kind('GitRepository', 'complete'),
          kind('ConfigMap', 'not-asked'),
          kind('ImagePolicy', 'not-installed'),
        ],
      },
    ],
  })
  const now = notComparedOf(broken, null)
  assert.deepEqual(now, [
    { cluster: 'staging', kinds: [], reason: 'cluster-timeout', fresh: true },
    { cluster: 'production', kinds: ['HelmChart'], reason: 'failed', fresh: true },
    { cluster: 'production', kinds: ['Bucket', 'Secret'], reason: 'forbidden', fresh: true },
  ])
  const before = [{ cluster: 'staging', kinds: [], reason: 'cluster-unreachable', fresh: true }]
  assert.deepEqual(
    notComparedOf(broken, before).map(({ fresh }) => fresh),
    [false, true, true],
  )
  assert.deepEqual(comparedAgain(now, before), ['production'])
})

test('a link needs the address of the service', () => {
  assert.equal(comparisonLink(null, 'run_1'), null)
  assert.equal(
    comparisonLink('https://x.example/fc/', 'run_1'),
    'https://x.example/fc/api/v1/comparisons/run_1?format=html',
  )
})
