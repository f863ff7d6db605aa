import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFingerprint, createFingerprintKey } from '../../../src/flux/fingerprint.ts'
import { DEFAULT_LAYERS, LAYERS } from '../../../src/model/comparison.ts'
import type { Comparison } from '../../../src/model/comparison.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Rule } from '../../../src/model/rules.ts'
import { compareSpecs, reference } from '../builders.ts'
import type { ObjectSpec, SnapshotSpec } from '../builders.ts'

const APP = 'HelmRelease/apps/web'
const MAP = 'ConfigMap/apps/base'
const fingerprint = createFingerprint(createFingerprintKey(Buffer.alloc(32, 7)))

function rule(rest: Partial<Rule>): Rule {
  return { id: 'r1', action: 'expect', target: { kind: 'HelmRelease' }, reason: 'as agreed', ...rest }
}

/** A release with inline values over those of a ConfigMap; null: which may not be read. */
function side(cluster: string, values: JsonObject, text: string | null, rest: JsonObject = {}): SnapshotSpec {
  const release: ObjectSpec = {
    ref: APP,
    body: { spec: { values, valuesFrom: [{ kind: 'ConfigMap', name: 'base', ...rest }] } },
  }
  if (text === null)
    return { cluster, objects: [release], references: [{ ...reference(APP, MAP), state: 'forbidden' }] }
  const map: ObjectSpec = { ref: MAP, body: { data: { 'values.yaml': text } } }
  return { cluster, objects: [release, map], references: [{ ...reference(APP, MAP), yamlKey: 'values.yaml' }] }
}

function run(specs: readonly SnapshotSpec[], ...rules: Rule[]): Comparison {
  return compareSpecs(specs, { rules, layers: DEFAULT_LAYERS })
}

function told(result: Comparison): string[] {
  return result.findings
    .filter(({ code }) => /rule|expect|must/.test(code))
    .map(({ code, clusters, message }) => `${code} ${clusters.join(' ')}: ${message}`)
}

describe('rules that look into effective values', () => {
  const debug = rule({ paths: ['spec.values.debug'], expect: { values: [{ clusters: ['b'], absent: true }] } })

  it('find a value that comes from a ConfigMap, and say what is to be edited', () => {
    const result = run([side('a', {}, 'debug: true\n'), side('b', {}, 'debug: true\n')], debug)
    assert.deepEqual(told(result), [
      `expectation-broken b: ${APP} spec.values.debug: b has true from ConfigMap/base:values.yaml instead of nothing, against rule r1: as agreed`,
    ])
    assert.match(
      result.findings[0]!.hint ?? '',
      /^Correct data\["values\.yaml"\] of ConfigMap\/base, or the rule r1\.$/,
    )
  })

  it('take what wins: inline over the ConfigMap, without naming a source', () => {
    const n = rule({ paths: ['spec.values.size'], expect: { values: [{ value: 3 }] } })
    assert.deepEqual(told(run([side('a', { size: 3 }, 'size: 1\n'), side('b', {}, 'size: 3\n')], n)), [])
    assert.deepEqual(told(run([side('a', { size: 1 }, 'size: 3\n'), side('b', {}, 'size: 3\n')], n)), [
      `expectation-broken a: ${APP} spec.values.size: a has 1 instead of 3, against rule r1: as agreed`,
    ])
  })

  it('take a value that a targetPath sets', () => {
    const n = rule({ paths: ['spec.values.db.host'], expect: { values: [{ pattern: 'db[.].*' }] } })
    const set = { valuesKey: 'values.yaml', targetPath: 'db.host' }
    assert.deepEqual(told(run([side('a', {}, 'db.a', set), side('b', {}, 'other', set)], n)), [
      `expectation-broken b: ${APP} spec.values.db.host: b has "other" from ConfigMap/base:values.yaml instead of /db[.].*/, against rule r1: as agreed`,
    ])
  })

  it('order what comes from different places', () => {
    const order = rule({ paths: ['spec.values.size'], expect: { order: 'b >= a' } })
    const [met, broken] = [1, 3].map((size) => run([side('a', { size }, ''), side('b', {}, 'size: 2\n')], order))
    assert.deepEqual(told(met!), [])
    assert.deepEqual(told(broken!), [
      `expectation-broken a b: ${APP} spec.values.size: 2 on b from ConfigMap/base:values.yaml and 3 on a are not b >= a, against rule r1: as agreed`,
    ])
  })

  it('that name the layer may begin paths at its root, and ask nothing of what is written', () => {
    const n = rule({ layers: ['values'], paths: ['image.tag'], expect: { values: [{ value: 'v1' }] } })
    const tag = 'image: { tag: v1 }\n'
    assert.deepEqual(told(run([side('a', {}, tag), side('b', {}, tag)], n)), [])
    const [broken] = told(run([side('a', {}, tag), side('b', { image: { tag: 'v2' } }, tag)], n))
    assert.match(broken!, /^expectation-broken b: .* spec\.values\.image\.tag: b has "v2" instead of "v1"/)
  })

  it('that name the layer spec ask what is written', () => {
    const written = rule({ layers: ['spec'], paths: ['spec.values.size'], expect: { values: [{ absent: true }] } })
    assert.deepEqual(told(run([side('a', {}, 'size: 1\n'), side('b', {}, 'size: 1\n')], written)), [])
  })

  it('say that they cannot judge what is not known, and neither break nor keep silent', () => {
    const n = rule({ paths: ['spec.values.size'], expect: { values: [{ value: 3 }] } })
    const unread = `rule-not-checked b: ${APP} spec.values.size: rule r1 cannot be judged, since it is not known what stands there on b`
    assert.deepEqual(told(run([side('a', {}, 'size: 3\n'), side('b', {}, null)], n)), [unread])
    assert.deepEqual(told(run([side('a', {}, ''), side('b', {}, null)], debug)), [unread.replace('.size:', '.debug:')])
    // Whatever the ConfigMap says, inline values win.
    assert.deepEqual(told(run([side('a', {}, 'size: 3\n'), side('b', { size: 3 }, null)], n)), [])
    for (const action of ['mustEqual', 'mustDiffer'] as const) {
      const { expect: _, ...rest } = n
      assert.deepEqual(told(run([side('a', {}, 'size: 3\n'), side('b', {}, null)], { ...rest, action })), [unread])
    }
  })

  it('say so where values cannot be composed', () => {
    const n = rule({ paths: ['spec.values.size'], expect: { values: [{ clusters: ['b'], value: 3 }] } })
    const found = told(run([side('a', {}, 'size: 3\n'), side('b', {}, 'size: [\n')], n))
    assert.deepEqual(found.length, 1)
    assert.match(found[0]!, /^rule-not-checked b: .* spec\.values\.size: rule r1 cannot be judged/)
  })

  it('want values that differ to differ, and equal ones to be equal, wherever they come from', () => {
    const { expect: _, ...n } = rule({ paths: ['spec.values.size'] })
    const same = [side('a', { size: 1 }, ''), side('b', {}, 'size: 1\n')]
    assert.match(
      told(run(same, { ...n, action: 'mustDiffer' }))[0]!,
      /^must-differ-broken a b: .* a and b have the same/,
    )
    const other = [side('a', {}, 'size: 1\n'), side('b', {}, 'size: 2\n')]
    assert.match(told(run(other, { ...n, action: 'mustEqual' }))[0]!, /^must-equal-broken b: /)
    assert.deepEqual(told(run(other, { ...n, action: 'mustDiffer' })), [])
  })

  it('know of a secret value only whether it equals another', () => {
    const secret = (cluster: string, text: string): SnapshotSpec => {
      const key = 'Secret/apps/keys'
      const body = { spec: { valuesFrom: [{ kind: 'Secret', name: 'keys' }] } }
      const data = { 'values.yaml': { password: { masked: fingerprint(text) } } }
      const objects = [
        { ref: APP, body },
        { ref: key, body: { data } },
      ]
      return { cluster, objects, references: [{ ...reference(APP, key), yamlKey: 'values.yaml' }] }
    }
    const password = rule({ paths: ['spec.values.password'], expect: { values: [{ pattern: 'x.*' }] } })
    const found = told(run([secret('a', 'x'), secret('b', 'x')], password))
    assert.deepEqual(found, [
      `rule-not-checked a b: ${APP} spec.values.password: rule r1 could not be checked, since the value is secret`,
    ])
    const { expect: _, ...differ } = password
    const [broken] = told(run([secret('a', 'x'), secret('b', 'x')], { ...differ, action: 'mustDiffer' }))
    assert.match(broken!, /^must-differ-broken a b: .* spec\.values\.password: a and b have the same value/)
  })
})

describe('rules that look into variables and status', () => {
  const TENANT = 'Kustomization/apps/tenant'
  const VARS = 'ConfigMap/apps/vars'
  const tenant = (cluster: string, zone: string, status?: JsonObject): SnapshotSpec => ({
    cluster,
    objects: [
      {
        ref: TENANT,
        body: { spec: { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } } },
        ...(status ? { status: { status } } : {}),
      },
      { ref: VARS, body: { data: { zone } } },
    ],
    references: [{ ...reference(TENANT, VARS), field: 'spec.postBuild.substituteFrom[0]', use: 'substitute' }],
  })
  const ask = (rest: Partial<Rule>): Rule => rule({ target: { kind: 'Kustomization' }, ...rest })

  it('find a variable that comes from a ConfigMap', () => {
    for (const path of ['spec.postBuild.substitute.zone', 'zone']) {
      const zone = ask({
        ...(path === 'zone' ? { layers: ['substitutions'] as const } : {}),
        paths: [path],
        expect: { values: [{ pattern: 'eu-.*' }] },
      })
      assert.deepEqual(told(run([tenant('a', 'eu-north'), tenant('b', 'us-east')], zone)), [
        `expectation-broken b: ${TENANT} spec.postBuild.substitute.zone: b has "us-east" from ConfigMap/vars:zone instead of /eu-.*/, against rule r1: as agreed`,
      ])
    }
  })

  it('find what stands in status where it is compared, and say that they cannot judge it where not', () => {
    const revision = ask({ paths: ['status.lastAppliedRevision'], expect: { values: [{ value: 'main@1' }] } })
    const specs = [
      tenant('a', 'x', { lastAppliedRevision: 'main@1' }),
      tenant('b', 'x', { lastAppliedRevision: 'main@2' }),
    ]
    const all = compareSpecs(specs, { rules: [revision], layers: [...LAYERS] })
    assert.deepEqual(told(all), [
      `expectation-broken b: ${TENANT} status.lastAppliedRevision: b has "main@2" instead of "main@1", against rule r1: as agreed`,
    ])
    assert.match(told(run(specs, revision))[0]!, /^rule-not-checked a b: .* cannot be judged/)
  })
})

describe('a path without wildcards', () => {
  const retries = rule({ paths: ['spec.install.remediation.retries'], expect: { values: [{ value: 3 }] } })
  const plain = (cluster: string): SnapshotSpec => ({
    cluster,
    objects: [{ ref: APP, body: { spec: { interval: '1m' } } }],
  })

  it('is expected of every object of a kind that is named, also where no cluster has it', () => {
    assert.deepEqual(told(run([plain('a'), plain('b')], retries)), [
      `expectation-broken a b: ${APP} spec.install.remediation.retries: a has nothing instead of 3; b has nothing instead of 3, against rule r1: as agreed`,
    ])
  })

  it('is asked only of objects that have it where no kind is named', () => {
    const { target: _, ...any } = retries
    assert.deepEqual(told(run([plain('a'), plain('b')], any)), [])
  })
})
