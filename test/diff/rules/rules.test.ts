import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareByRules } from '../../../src/diff/compare.ts'
import { DEFAULT_LAYERS } from '../../../src/model/comparison.ts'
import type { Comparison } from '../../../src/model/comparison.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { ClusterProfile, Rule } from '../../../src/model/rules.ts'
import { compareSpecs, counted, lines, NO_FILTER, reference, snapshot } from '../builders.ts'
import type { SnapshotSpec } from '../builders.ts'

const APP = 'HelmRelease/apps/web'
const KEY = 'Secret/apps/db'

function profile(cluster: string, env: string): ClusterProfile {
  return { cluster, labels: { env }, parameters: {} }
}

const PROFILES = {
  staging: profile('staging', 'staging'),
  production: profile('production', 'production'),
  edge: profile('edge', 'edge'),
}

function rule(rest: Partial<Rule>): Rule {
  return { id: 'r1', action: 'ignore', reason: 'as agreed', ...rest }
}

function app(cluster: string, values: JsonObject, labels: Record<string, string> = {}): SnapshotSpec {
  return { cluster, objects: [{ ref: APP, body: { spec: { values } }, labels }] }
}

function run(specs: readonly SnapshotSpec[], ...rules: Rule[]): Comparison {
  return compareSpecs(specs, { rules, profiles: PROFILES, explain: true })
}

/** `layer path change [classification]`, of all that is left. */
function left(result: Comparison): string[] {
  return result.drifts.flatMap(({ differences }) =>
    counted(differences).map((difference) => `${lines([difference])[0]} ${difference.classification}`),
  )
}

function found(result: Comparison): string[] {
  return result.findings.map(({ code, severity, clusters }) => `${severity} ${code} ${clusters.join(' ')}`)
}

const THREE = [
  app('staging', { n: 2, host: 'a' }),
  app('production', { n: 5, host: 'b' }),
  app('edge', { n: 1, host: 'a' }),
]

describe('ignore', () => {
  it('hides the paths of the objects that are meant, and says by which rule', () => {
    const result = run(THREE, rule({ target: { kind: 'hr', name: 'we*' }, paths: ['/spec/values/n'] }))
    assert.deepEqual(left(result), ['spec spec.values.host production=changed drift'])
    assert.equal(result.summary.hiddenByRules, 1)
    assert.equal(result.explanations?.[0]?.detail, 'as agreed (rule r1)')
  })

  it('hides nothing of other objects', () => {
    for (const target of [
      { kind: 'ks' },
      { name: 'we' },
      { namespace: '/app/' },
      { labelSelector: 'team=shop' },
      { group: 'x' },
    ]) {
      assert.equal(run(THREE, rule({ target })).summary.hiddenByRules, 0, JSON.stringify(target))
    }
  })

  it('finds objects by labels and by the annotations that Flux obeys', () => {
    const annotations = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }
    const specs = ['staging', 'production'].map((cluster, n) => ({
      cluster,
      objects: [{ ref: APP, labels: { team: 'shop' }, body: { metadata: { annotations }, spec: { values: { n } } } }],
    }))
    for (const target of [
      { labelSelector: 'team in (shop)' },
      { annotationSelector: 'kustomize.toolkit.fluxcd.io/prune' },
    ]) {
      assert.equal(run(specs, rule({ target })).verdict, 'in-sync')
    }
  })

  it('of some clusters leaves what the others have', () => {
    const result = run(THREE, rule({ paths: ['spec.values.n'], clusters: ['edge'] }))
    assert.deepEqual(left(result), [
      'spec spec.values.host production=changed drift',
      'spec spec.values.n production=changed drift',
    ])
    const both = run(THREE, rule({ clusters: ['edge'] }), rule({ id: 'r2', matchLabels: { env: 'production' } }))
    assert.deepEqual(left(both), [])
    assert.equal(both.verdict, 'in-sync')
  })

  it('of the baseline hides every difference from it', () => {
    assert.equal(run(THREE.slice(0, 2), rule({ clusters: ['staging'] })).verdict, 'in-sync')
  })

  it('without paths hides that an object is on one side only; with paths it does not', () => {
    const specs = [THREE[0]!, { cluster: 'production' }]
    const gone = run(specs, rule({ target: { name: 'web' } }))
    assert.equal(gone.verdict, 'in-sync')
    assert.equal(gone.summary.missing, 0)
    assert.equal(gone.summary.inSync, 1)
    assert.equal(run(specs, rule({ paths: ['**'] })).summary.missing, 1)
    assert.equal(run(specs, rule({ layers: ['spec'] })).summary.missing, 1)
    assert.equal(run(specs, rule({ paths: [''], layers: ['presence'] })).summary.missing, 0)
  })

  it('hides nothing once it has expired, by the newest of the snapshots', () => {
    const last = run(THREE, rule({ expires: '2026-11-21' }))
    assert.equal(last.verdict, 'in-sync')
    const over = run(THREE, rule({ expires: '2026-11-20' }))
    assert.equal(over.summary.differences, 2)
    assert.deepEqual(found(over), ['medium rule-expired staging production edge'])
  })

  it('expires on a day that there is, and at no word or number', () => {
    for (const expires of ['2026-02-31', '2027-13-01', '2027', 'tomorrow', 'Jan 5 2027', '2026-02-30T10:00:00Z']) {
      assert.throws(() => run(THREE, rule({ expires })), /rule r1: this is not a date/, expires)
    }
    assert.equal(run(THREE, rule({ expires: '2028-02-29T23:30:00+02:00' })).verdict, 'in-sync')
  })
})

describe('expect', () => {
  const replicas = (expect: Rule['expect'], rest: Partial<Rule> = {}): Rule =>
    rule({ action: 'expect', paths: ['spec.values.n'], expect: expect!, ...rest })

  it('makes expected what is as it should be', () => {
    const result = run(THREE.slice(0, 2), replicas({ values: [{ clusters: ['production'], value: 5 }] }))
    assert.deepEqual(left(result), [
      'spec spec.values.host production=changed drift',
      'spec spec.values.n production=changed expected',
    ])
    assert.equal(result.summary.expected, 1)
    assert.equal(result.summary.differences, 1)
    assert.deepEqual(result.findings, [])
    const difference = result.drifts[0]?.differences.find(({ path }) => path === 'spec.values.n')
    assert.equal(difference?.explanation, 'as agreed (rule r1)')
  })

  it('of one cluster leaves what others have', () => {
    const result = run(THREE, replicas({ values: [{ clusters: ['production'], value: 5 }] }))
    assert.deepEqual(left(result)[1], 'spec spec.values.n edge=changed drift')
  })

  it('that is broken is a finding, also where clusters agree', () => {
    const specs = [app('staging', { n: 2 }), app('production', { n: 2 })]
    const result = run(specs, replicas({ values: [{ matchLabels: { env: 'production' }, value: 5 }] }))
    assert.deepEqual(found(result), ['medium expectation-broken production'])
    assert.equal(
      result.findings[0]?.message,
      'HelmRelease/apps/web spec.values.n: production has 2 instead of 5, against rule r1: as agreed',
    )
    assert.equal(result.verdict, 'in-sync')
  })

  it('takes patterns against the whole text', () => {
    const hosts = (pattern: string) =>
      found(run(THREE, rule({ action: 'expect', paths: ['**.host'], expect: { values: [{ pattern }] } })))
    assert.deepEqual(hosts('[ab]'), [])
    assert.deepEqual(hosts('a'), ['medium expectation-broken production'])
  })

  it('takes orders as numbers, versions and quantities', () => {
    const order = (a: string | number, b: string | number, as: 'number' | 'semver' | 'quantity') =>
      found(
        run(
          [app('staging', { n: a }), app('production', { n: b })],
          replicas({ order: 'production >= env=staging', as }),
        ),
      ).length
    assert.equal(order(2, 5, 'number'), 0)
    assert.equal(order(10, 9, 'number'), 1)
    assert.equal(order('1Gi', '1024Mi', 'quantity'), 0)
    assert.equal(order('1Gi', '1000Mi', 'quantity'), 1)
    assert.equal(order('v1.9.0', '1.10.0', 'semver'), 0)
    assert.equal(order('1.10.0', '1.10.0-rc.2', 'semver'), 1)
    assert.equal(order('a', 5, 'number'), 1)
  })

  it('in an order explains the difference between the two and no other', () => {
    const result = run(THREE, replicas({ order: 'production >= staging' }, { paths: ['spec.values.n'] }))
    assert.deepEqual(left(result)[1], 'spec spec.values.n edge=changed drift')
    assert.equal(run(THREE.slice(0, 2), replicas({ order: 'production >= staging' })).summary.expected, 1)
  })

  it('is as well known of two clusters where a third cannot be read', () => {
    const error = { code: 'cluster-unreachable', message: 'm', hint: 'h' } as const
    const unread: SnapshotSpec = { cluster: 'edge', error }
    const two = [app('staging', { n: 2 }), app('production', { n: 5 })]
    const ordered = run([...two, unread], replicas({ order: 'production >= staging >= edge' }))
    assert.deepEqual([ordered.summary.expected, ordered.summary.differences], [1, 0])
    const apart = rule({ action: 'mustDiffer', paths: ['spec.values.n'] })
    assert.deepEqual([run(two, apart).summary.expected, run([...two, unread], apart).summary.expected], [1, 1])
  })

  it('of an object that a cluster must not have', () => {
    const absent = rule({ action: 'expect', expect: { values: [{ clusters: ['production'], absent: true }] } })
    const asExpected = run([THREE[0]!, { cluster: 'production' }], absent)
    assert.deepEqual([asExpected.verdict, asExpected.summary.expected, asExpected.findings.length], ['in-sync', 1, 0])
    const there = run(THREE.slice(0, 2), absent)
    assert.deepEqual(found(there), ['medium expectation-broken production'])
    const turned = run([{ cluster: 'production' }, THREE[0]!], absent)
    assert.deepEqual([turned.verdict, turned.summary.expected], ['in-sync', 1])
  })

  it('of what a path must not hold', () => {
    const specs = [app('staging', { debug: true, n: 1 }), app('production', { n: 1 })]
    const absent = { clusters: ['production'], absent: true }
    const result = run(specs, rule({ action: 'expect', paths: ['spec.values.debug'], expect: { values: [absent] } }))
    assert.deepEqual([result.verdict, result.summary.expected], ['in-sync', 1])
  })

  it('follows documents in strings and items by name', () => {
    const specs = ['1', '2'].map((n, at) => ({
      cluster: ['staging', 'production'][at]!,
      objects: [{ ref: APP, body: { spec: { values: { env: [{ name: 'N', value: n }], text: `a: 1\nb: ${n}\n` } } } }],
    }))
    const value = [{ clusters: ['production'], value: '2' }]
    const paths = ['spec.values.env[name=N].value', 'spec.values.text.b']
    const result = run(
      specs,
      rule({ action: 'expect', paths: [paths[0]!], expect: { values: value } }),
      rule({
        id: 'r2',
        action: 'expect',
        paths: [paths[1]!],
        expect: { values: [{ clusters: ['production'], value: 2 }] },
      }),
    )
    assert.equal(result.summary.expected, 2)
    assert.equal(result.verdict, 'in-sync')
  })
})

describe('mustEqual', () => {
  const equal = rule({ action: 'mustEqual', paths: ['spec.values.host'], severity: 'critical' })

  it('is a finding beside the difference, which gets its severity', () => {
    const result = run(THREE, equal)
    assert.deepEqual(found(result), ['critical must-equal-broken production'])
    const difference = result.drifts[0]?.differences[0]
    assert.deepEqual([difference?.path, difference?.severity], ['spec.values.host', 'critical'])
    assert.equal(result.verdict, 'drifted')
  })

  it('of clusters that agree is no finding', () => {
    assert.deepEqual(found(run(THREE, { ...equal, clusters: ['staging', 'edge'] })), [])
    assert.deepEqual(found(run(THREE, { ...equal, clusters: ['production', 'edge'] })), [
      'critical must-equal-broken production',
    ])
  })
})

describe('mustEqual', () => {
  it('names an inline value once, although the effective value follows from it', () => {
    const [told] = run(THREE.slice(0, 2), rule({ action: 'mustEqual', paths: ['spec.values.n'] })).findings
    assert.match(told!.message, /: spec\.values\.n must be equal, against/)
  })
})

describe('mustDiffer', () => {
  const secret = (cluster: string, masked: string): SnapshotSpec => ({
    cluster,
    objects: [{ ref: APP }, { ref: KEY, body: { data: { password: { masked }, user: 'app' } } }],
    references: [reference(APP, KEY)],
  })
  const differ = rule({ action: 'mustDiffer', target: { kind: 'Secret' }, paths: ['/data/password'] })

  it('finds equal secrets, by their masks alone', () => {
    const result = run([secret('staging', 'hmac:k:same'), secret('production', 'hmac:k:same')], differ)
    assert.deepEqual(found(result), ['high must-differ-broken staging production'])
    assert.doesNotMatch(result.findings[0]!.message, /hmac|same:/)
  })

  it('makes expected that they differ', () => {
    const result = run([secret('staging', 'hmac:k:one'), secret('production', 'hmac:k:two')], differ)
    assert.deepEqual([found(result), result.verdict, result.summary.expected], [[], 'in-sync', 1])
  })

  it('says nothing of clusters that it does not name', () => {
    const specs = [secret('staging', 'hmac:k:one'), secret('production', 'hmac:k:two'), secret('edge', 'hmac:k:two')]
    const result = run(specs, { ...differ, clusters: ['staging', 'production'] })
    assert.deepEqual(found(result), [])
    assert.deepEqual(left(result), ['data password edge=changed drift'])
  })

  it('never matches a pattern or value against a secret', () => {
    for (const test of [{ pattern: '.*' }, { value: 'hmac:k:one' }]) {
      const result = run(
        [secret('staging', 'hmac:k:one'), secret('production', 'hmac:k:two')],
        rule({ action: 'expect', paths: ['data.password'], expect: { values: [test] } }),
      )
      assert.deepEqual(found(result), ['low rule-not-checked staging production'])
      assert.equal(result.verdict, 'drifted')
    }
  })
})

describe('severity', () => {
  it('is that of the most severe rule', () => {
    const result = run(
      THREE,
      rule({ action: 'rate', paths: ['spec.values.n'], severity: 'low' }),
      rule({ id: 'r2', action: 'rate', paths: ['spec.values'], severity: 'critical' }),
    )
    assert.deepEqual(result.summary.bySeverity, { critical: 2, high: 0, medium: 0, low: 0 })
  })
})

describe('rules that contradict each other', () => {
  it('have no effect and are told', () => {
    const result = run(
      THREE,
      rule({ paths: ['spec.values'] }),
      rule({ id: 'r2', action: 'mustEqual', paths: ['spec.values.n'] }),
    )
    assert.deepEqual(found(result), ['medium rules-conflict production edge'])
    assert.deepEqual(left(result), ['spec spec.values.n production=changed edge=changed drift'])
  })

  it('are also two expectations of which one is met', () => {
    const five = (id: string, value: number) =>
      rule({ id, action: 'expect', paths: ['**.n'], expect: { values: [{ clusters: ['production'], value }] } })
    const result = run(THREE.slice(0, 2), five('r1', 5), five('r2', 6))
    assert.deepEqual(found(result).toSorted(), [
      'medium expectation-broken production',
      'medium rules-conflict production',
    ])
    assert.equal(result.summary.expected, 0)
  })
})

describe('what rules did', () => {
  it('is counted rule by rule', () => {
    const rules = [
      rule({ paths: ['spec.values.n'] }),
      rule({ id: 'r2', paths: ['spec.values'] }),
      rule({ id: 'r3', target: { name: 'other' } }),
      rule({ id: 'r4', expires: '2020-01-01' }),
    ]
    const { usage } = compareByRules({
      id: 'run_1',
      snapshots: THREE.map(snapshot),
      baseline: 'staging',
      layers: DEFAULT_LAYERS,
      ignore: ['spec.interval'],
      rules,
      filter: NO_FILTER,
      explain: false,
      engine: '0.0.0',
      fingerprint: null,
    })
    assert.deepEqual(
      usage.map(({ rule: { id }, matched, expired, overlaps }) => ({ id, matched: matched > 0, expired, overlaps })),
      [
        { id: 'r1', matched: true, expired: false, overlaps: ['r2'] },
        { id: 'r2', matched: true, expired: false, overlaps: ['r1'] },
        { id: 'r3', matched: false, expired: false, overlaps: [] },
        { id: 'r4', matched: false, expired: true, overlaps: [] },
      ],
    )
  })
})
