import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Comparison } from '../../../src/model/comparison.ts'
import type { Json } from '../../../src/model/json.ts'
import type { Rule } from '../../../src/model/rules.ts'
import { compareSpecs, counted, reference } from '../builders.ts'
import type { SnapshotSpec } from '../builders.ts'

const CLUSTERS = ['a', 'b', 'c']
const value = fc.constantFrom<Json>(1, 2, '60s', null, { n: 1 }, ['x'], [{ name: 'p', v: 1 }], [{ name: 'p', v: 2 }])
const values = fc.dictionary(fc.constantFrom('x', 'y', 'z'), value, { maxKeys: 3 })
const object = fc.record({ ref: fc.constantFrom('HelmRelease/n/p', 'HelmRelease/n/q', 'Kustomization/n/p'), values })
const side = fc.uniqueArray(object, { selector: ({ ref }) => ref, maxLength: 3 })
const fleet = fc.array(side, { minLength: 2, maxLength: 3 }).map((sides) =>
  sides.map((objects, at): SnapshotSpec => ({
    cluster: CLUSTERS[at]!,
    objects: objects.map(({ ref, values }) => ({ ref, body: { spec: { values, interval: values['x'] ?? '1m' } } })),
  })),
)

const path = fc.constantFrom('spec', 'spec.values.x', '/spec/interval', '**', 'spec.values.*', 'spec.values.z[*].v')
const about = fc.record(
  {
    target: fc.constantFrom({ kind: 'HelmRelease' }, { name: 'p' }, {}),
    paths: fc.array(path, { minLength: 1, maxLength: 2 }),
    clusters: fc.subarray(CLUSTERS, { minLength: 1 }),
  },
  { requiredKeys: [] },
)
const demand = fc.constantFrom<Partial<Rule>>(
  { action: 'ignore' },
  { action: 'mustEqual' },
  { action: 'mustDiffer', paths: ['spec.values.x'] },
  { action: 'rate', severity: 'critical' },
  { action: 'expect', expect: { values: [{ clusters: ['b'], value: 1 }] }, paths: ['spec.values.x'] },
  { action: 'expect', expect: { values: [{ pattern: '[12]' }] }, paths: ['spec.values.*'] },
  { action: 'expect', expect: { order: 'b >= a' }, paths: ['spec.values.y'] },
  { action: 'ignore', expires: '2020-01-01' },
)
const rules = fc
  .array(fc.tuple(about, demand), { maxLength: 5 })
  .map((parts) =>
    parts.map(([one, other], at): Rule => ({ id: `r${at}`, action: 'ignore', reason: 'why', ...one, ...other })),
  )
const baseline = fc.constantFrom<string | null>('a', 'b', null)

function run(specs: readonly SnapshotSpec[], rules: readonly Rule[], baseline: string | null): Comparison {
  return compareSpecs(specs, { rules, baseline })
}

/** What is drift, change by change. */
function drift({ drifts }: Comparison): Set<string> {
  return new Set(
    drifts.flatMap(({ differences }) =>
      differences
        .filter(({ classification }) => classification === 'drift')
        .flatMap(({ fingerprint, changes }) => Object.keys(changes).map((name) => `${fingerprint} ${name}`)),
    ),
  )
}

test('one more rule that ignores never adds a difference', () => {
  fc.assert(
    fc.property(fleet, rules, about, baseline, (specs, rules, more, baseline) => {
      const before = drift(run(specs, rules, baseline))
      const ignoring: Rule = { id: 'more', action: 'ignore', reason: 'why', ...more }
      const after = drift(run(specs, [...rules, ignoring], baseline))
      assert.deepEqual([...after.difference(before)], [])
    }),
    { numRuns: 300 },
  )
})

test('the order of rules means nothing', () => {
  fc.assert(
    fc.property(fleet, rules, baseline, (specs, rules, baseline) => {
      const there = run(specs, rules, baseline)
      const back = run(specs, rules.toReversed(), baseline)
      assert.deepEqual(drift(there), drift(back))
      assert.deepEqual(there.summary, back.summary)
      assert.deepEqual(
        there.findings.map(({ fingerprint }) => fingerprint),
        back.findings.map(({ fingerprint }) => fingerprint),
      )
      assert.equal(there.digest, back.digest)
    }),
    { numRuns: 300 },
  )
})

test('rules never make drift of what is the same, and never hide that a cluster could not be read', () => {
  fc.assert(
    fc.property(fleet, rules, baseline, (specs, rules, baseline) => {
      const bare = drift(run(specs, [], baseline))
      assert.deepEqual([...drift(run(specs, rules, baseline)).difference(bare)], [])
      const unread = specs.map((spec, at) =>
        at === 1 ? { ...spec, coverage: { HelmRelease: 'forbidden' as const } } : spec,
      )
      assert.equal(run(unread, rules, baseline).verdict, 'incomplete')
    }),
  )
})

const APP = 'HelmRelease/n/p'
const MAP = 'ConfigMap/n/base'
const scalars = fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom<Json>(1, 2, { k: 1 }), { maxKeys: 2 })
const sourced = fc.array(fc.record({ inline: scalars, base: scalars }), { minLength: 2, maxLength: 3 }).map((sides) =>
  sides.map(({ inline, base }, at): SnapshotSpec => ({
    cluster: CLUSTERS[at]!,
    objects: [
      { ref: APP, body: { spec: { values: inline, valuesFrom: [{ kind: 'ConfigMap', name: 'base' }] } } },
      { ref: MAP, body: { data: { 'values.yaml': `# values\n${JSON.stringify(base)}\n` } } },
    ],
    references: [{ ...reference(APP, MAP), yamlKey: 'values.yaml' }],
  })),
)
const place = fc.constantFrom<Partial<Rule>>(
  { paths: ['spec.values.x'] },
  { paths: ['spec.values.x'], layers: ['spec'] },
  { paths: ['x'], layers: ['values'] },
  { paths: ['data["values.yaml"].x'] },
  { paths: ['**.x'] },
  { target: { kind: 'ConfigMap' } },
)
const action = fc.constantFrom<Partial<Rule>>(
  { action: 'ignore' },
  { action: 'mustEqual' },
  { action: 'expect', expect: { values: [{ pattern: '[12]' }] }, paths: ['spec.values.x'] },
  { action: 'expect', expect: { order: 'b >= a' }, paths: ['spec.values.y'] },
)
const some = fc
  .array(fc.tuple(place, action), { maxLength: 3 })
  .map((parts) =>
    parts.map(([one, other], at): Rule => ({ id: `r${at}`, action: 'ignore', reason: 'why', ...one, ...other })),
  )

test('nor does it where values come from elsewhere, whatever follows from what', () => {
  const counts = ({ drifts }: Comparison): Set<string> =>
    new Set(
      drifts.flatMap(({ differences }) =>
        counted(differences)
          .filter(({ classification }) => classification === 'drift')
          .map(({ layer, path, fingerprint }) => `${layer} ${path} ${fingerprint}`),
      ),
    )
  fc.assert(
    fc.property(sourced, some, place, baseline, (specs, rules, more, baseline) => {
      const before = counts(run(specs, rules, baseline))
      const after = counts(run(specs, [...rules, { id: 'more', action: 'ignore', reason: 'why', ...more }], baseline))
      assert.deepEqual([...after.difference(before)], [])
    }),
    { numRuns: 300 },
  )
})
