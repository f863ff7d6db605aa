import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Change, Comparison } from '../../src/model/comparison.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { compare, reference, snapshot } from './builders.ts'
import type { SnapshotSpec } from './builders.ts'

const OBJECTS = [
  'HelmRelease/a/x',
  'HelmRelease/b/x',
  'Kustomization/a/x',
  'GitRepository/a/x',
  'ConfigMap/a/x',
  'ConfigMap/a/y-9g9d69c4k8',
  'ConfigMap/a/y-h29d89cmmt',
  'Secret/a/z',
]
const DATA = OBJECTS.filter((text) => /^(?:ConfigMap|Secret)/.test(text))

const value = fc.oneof(
  fc.constantFrom<Json>(null, true, 1, 2, '60s', '1m', {}, [], ['a'], ['b', 'a'], { n: 1 }, { n: 2, m: [] }),
  fc.constantFrom<Json>(
    [{ name: 'p', v: 1 }],
    [
      { name: 'q', v: 1 },
      { name: 'p', v: 2 },
    ],
    [{ name: 'p', v: 2 }],
  ),
)
const spec = fc.dictionary(fc.constantFrom('interval', 'timeout', 'values', 'path', 'suspend', 'dependsOn'), value, {
  maxKeys: 4,
})
const body = fc.record({ spec, labels: fc.boolean() }).map(({ spec, labels }): JsonObject => ({
  ...(labels ? { metadata: { labels: { 'sharding.fluxcd.io/key': 'one' } } } : {}),
  spec,
  data: spec,
}))
const object = fc.record({ ref: fc.constantFrom(...OBJECTS), body })
const status = fc.constantFrom('complete', 'complete', 'complete', 'forbidden', 'not-installed', 'not-asked' as const)

const side = fc.record({
  objects: fc.uniqueArray(object, { selector: ({ ref }) => ref, maxLength: 6 }),
  coverage: fc.dictionary(fc.constantFrom('HelmRelease', 'Kustomization', 'GitRepository'), status, { maxKeys: 1 }),
  named: fc.subarray(DATA),
})

function specOf(
  { objects, coverage, named }: { objects: SnapshotSpec['objects'] & object; coverage: object; named: string[] },
  cluster: string,
): SnapshotSpec {
  const here = new Set(objects.map(({ ref }) => ref))
  return {
    cluster,
    objects: objects.map(({ ref, body = {} }) => ({
      ref,
      body: only(body, DATA.includes(ref) ? ['data', 'metadata'] : ['spec', 'metadata']),
    })),
    coverage: coverage as NonNullable<SnapshotSpec['coverage']>,
    references: DATA.filter((data) => here.has(data) || named.includes(data)).map((data) =>
      reference('HelmRelease/a/x', data, { state: here.has(data) ? 'present' : 'absent' }),
    ),
  }
}

function only(body: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([key]) => keys.includes(key)))
}

const fleet = fc
  .array(side, { minLength: 2, maxLength: 4 })
  .map((sides) => sides.map((one, at) => snapshot(specOf(one as never, `c${at}`))))
const baselineAt = fc.constantFrom<string | null>(null, 'c0', 'c1')

const RUNS = { numRuns: 150 }

function check<T>(arbitrary: fc.Arbitrary<T>, law: (input: T) => void): void {
  fc.assert(fc.property(arbitrary, law), RUNS)
}

/** Every difference as one line of text, without what depends on who is the baseline or on the order. */
function facts(result: Comparison, changeOf = (change: Change): string => change): string[] {
  const all = result.drifts.flatMap(({ ref, differences }) =>
    differences.map(({ layer, path, changes }) =>
      [
        `${ref.kind}/${ref.namespace}/${ref.name.replace(/-\w{10}$/, '')}`,
        layer,
        path,
        ...Object.values(changes).map(changeOf),
      ].join(' '),
    ),
  )
  return all.sort()
}

describe('laws of comparison', () => {
  it('what is compared with itself is in sync', () => {
    check(side, (one) => {
      const result = compare(['a', 'b'].map((name) => snapshot(specOf(one as never, name))))
      assert.deepEqual(result.drifts, [])
      assert.notEqual(result.verdict, 'drifted')
    })
  })

  it('baseline and target swapped mirror added and removed, missing and extra', () => {
    const mirror: Partial<Record<Change, Change>> = {
      added: 'removed',
      removed: 'added',
      missing: 'extra',
      extra: 'missing',
    }
    check(fleet, ([a, b]) => {
      const there = compare([a!, b!])
      const back = compare([b!, a!])
      assert.deepEqual(
        facts(there, (change) => mirror[change] ?? change).map(withoutPositions),
        facts(back).map(withoutPositions),
      )
      assert.equal(there.verdict, back.verdict)
      const { missing, extra, ...rest } = there.summary
      assert.deepEqual({ ...rest, missing: extra, extra: missing }, back.summary)
    })
  })

  it('the order of targets changes nothing but orders', () => {
    check(fleet, ([first, ...targets]) => {
      const there = compare([first!, ...targets])
      const back = compare([first!, ...targets.toReversed()])
      assert.deepEqual(sortedByName(there), sortedByName(back))
    })
  })

  it('the order of entries, references and keys changes nothing', () => {
    check(fc.tuple(fleet, baselineAt), ([sides, baseline]) => {
      const there = compare(sides, { baseline, explain: true })
      const back = compare(sides.map(reversed), { baseline, explain: true })
      assert.equal(JSON.stringify(there), JSON.stringify(back))
    })
  })

  it('grouping by digest gives what comparing every pair gives', () => {
    check(fc.tuple(fleet, baselineAt), ([sides, baseline]) => {
      const grouped = compare(sides, { baseline, explain: true })
      const apart = compare(sides.map(apartFromOthers), { baseline, explain: true })
      assert.deepEqual(grouped, apart)
    })
  })

  it('one more ignored path never adds a difference', () => {
    const pattern = fc.constantFrom('/spec', 'spec.values', 'spec.*', '**', 'data', '/spec/interval', 'metadata.labels')
    check(
      fc.tuple(fleet, baselineAt, fc.array(pattern, { maxLength: 2 }), pattern),
      ([sides, baseline, ignore, more]) => {
        const before = compare(sides, { baseline, ignore })
        const after = compare(sides, { baseline, ignore: [...ignore, more] })
        const known = new Set(printsOf(before))
        assert.deepEqual(
          printsOf(after).filter((print) => !known.has(print)),
          [],
        )
        assert.equal(
          before.summary.differences + before.summary.hiddenByRules,
          after.summary.differences + after.summary.hiddenByRules,
        )
      },
    )
  })

  it('the counts of the summary add up', () => {
    check(fc.tuple(fleet, baselineAt), ([sides, baseline]) => {
      const { summary, drifts } = compare(sides, { baseline })
      const { objects, inSync, drifted, missing, extra, unknown } = summary
      assert.equal(inSync + drifted + missing + extra + unknown, objects)
      assert.equal(drifts.length, drifted + missing + extra)
      const bySeverity = Object.values(summary.bySeverity).reduce((sum, number) => sum + number, 0)
      assert.equal(bySeverity, summary.differences)
    })
  })

  it('every difference has a fingerprint of its own, and tells only what clusters have', () => {
    check(fc.tuple(fleet, baselineAt), ([sides, baseline]) => {
      const result = compare(sides, { baseline })
      const prints = printsOf(result)
      assert.equal(new Set(prints).size, prints.length)
      for (const { presence, against, differences } of result.drifts) {
        assert.ok(against.every((name) => presence[name] === 'present'))
        for (const difference of differences) {
          assert.ok(Object.keys(difference.changes).length > 0)
          for (const name of Object.keys(difference.pointers)) assert.ok(Object.hasOwn(difference.values, name))
          for (const name of Object.keys(difference.unknown)) assert.ok(!Object.hasOwn(difference.values, name))
        }
      }
    })
  })

  it('nothing is missing where nobody looked', () => {
    check(fleet, (sides) => {
      const blind = sides.map((one, at) =>
        at === 1 ? snapshot({ cluster: 'c1', error: { code: 'internal', message: '', hint: '' } }) : one,
      )
      const result = compare(blind)
      assert.equal(result.verdict, 'incomplete')
      for (const { presence, differences } of result.drifts) {
        assert.equal(presence['c1'], 'unknown')
        for (const { changes } of differences) assert.ok(!Object.hasOwn(changes, 'c1'))
      }
    })
  })
})

/** Positions count in the tree that is measured against. */
function withoutPositions(text: string): string {
  return text.replaceAll(/\[\+?\d+\]/g, '[]')
}

function printsOf(result: Comparison): string[] {
  return result.drifts.flatMap(({ differences }) => differences.map(({ fingerprint }) => fingerprint))
}

/** Where the baseline lacks an object, the first of equally common variants is measured against: that depends on the order. */
function sortedByName({ clusters, drifts, findings, summary, verdict }: Comparison): unknown {
  const { objects, inSync, drifted, missing, extra, unknown } = summary
  return {
    verdict,
    counts: { objects, inSync, drifted, missing, extra, unknown },
    clusters: clusters.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    findings: findings.map(({ fingerprint, clusters }) => ({ fingerprint, clusters: clusters.toSorted() })),
    drifts: drifts
      .filter(({ presence }) => presence['c0'] === 'present')
      .map(({ against, cause, ...drift }) => ({ ...drift, cause: cause?.code, against: against.toSorted() })),
  }
}

function reversed(one: Snapshot): Snapshot {
  return {
    ...one,
    entries: one.entries.toReversed(),
    references: one.references.toReversed(),
    body: (digest) => flip(one.body(digest)) as ReturnType<Snapshot['body']>,
  }
}

function flip(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(flip)
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .map(([key, item]): [string, Json] => [key, flip(item)])
      .reverse(),
  )
}

/** The same content under digests that no other cluster has. */
function apartFromOthers(one: Snapshot): Snapshot {
  return {
    ...one,
    entries: one.entries.map((entry) => ({ ...entry, digest: `${entry.digest}#${one.cluster}` })),
    body: (digest) => one.body(digest.split('#')[0]!),
  }
}
