import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Comparison, Difference } from '../../src/model/comparison.ts'
import { createFingerprint, createFingerprintKey } from '../../src/flux/fingerprint.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { compareSpecs, controller, counted, driftOf, lines, reference } from './builders.ts'
import type { ObjectSpec, SnapshotSpec } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const MAP = 'ConfigMap/apps/base'
const SECRET = 'Secret/apps/keys'
const TENANT = 'Kustomization/apps/tenant'

function release(values: JsonObject, rest: Partial<ObjectSpec> = {}, valuesFrom: JsonObject[] = []): ObjectSpec {
  return { ref: APP, body: { spec: { values, valuesFrom } }, ...rest }
}

const fromMap = (key?: string): JsonObject => ({ kind: 'ConfigMap', name: 'base', ...(key ? { valuesKey: key } : {}) })
const map = (text: string): ObjectSpec => ({ ref: MAP, body: { data: { 'values.yaml': text } } })
const toMap = { ...reference(APP, MAP), yamlKey: 'values.yaml' }

function side(cluster: string, text: string, values: JsonObject = {}): SnapshotSpec {
  return { cluster, objects: [release(values, {}, [fromMap()]), map(text)], references: [toMap] }
}

function effective(result: Comparison, name = APP): Difference[] {
  return (driftOf(result, name)?.differences ?? []).filter(
    ({ layer }) => layer === 'values' || layer === 'substitutions',
  )
}

function codes(result: Comparison): string[] {
  return result.findings.map(({ code, severity, clusters }) => `${severity} ${code} ${clusters.join(' ')}`)
}

describe('effective values', () => {
  it('that follow from a ConfigMap name its difference, and are not counted', () => {
    const result = compareSpecs([side('a', 'size: 1\nm: x\n'), side('b', 'size: 2\nm: x\n')])
    const [cause] = driftOf(result, MAP)!.differences
    const [difference, ...more] = effective(result)
    assert.deepEqual(more, [])
    assert.deepEqual(
      [difference!.path, difference!.values, difference!.pointers],
      ['size', { a: 1, b: 2 }, { a: '/size', b: '/size' }],
    )
    assert.deepEqual(difference!.derivedFrom, [cause!.fingerprint])
    assert.deepEqual(difference!.origins['b'], { from: 'ConfigMap/base:values.yaml', shadows: [] })
    assert.deepEqual([result.summary.differences, result.summary.drifted, result.summary.inSync], [1, 1, 1])
    assert.equal(result.verdict, 'drifted')
  })

  it('are measured against the most common ones where there is no baseline', () => {
    const sizes = [1, 2, 2, 3, 2]
    const sides = sizes.map((size, at) => side('abcde'[at]!, `size: ${size}\n`))
    const result = compareSpecs(sides, { baseline: null })
    assert.deepEqual(driftOf(result, APP)?.against, ['b', 'c', 'e'])
    const changes = (compared: Comparison) => effective(compared).map((one) => [one.path, one.changes, one.derivedFrom])
    const [cause] = driftOf(result, MAP)!.differences
    assert.deepEqual(changes(result), [['size', { a: 'changed', d: 'changed' }, [cause!.fingerprint]]])
    assert.deepEqual(Object.keys(effective(compareSpecs(sides))[0]!.changes), ['b', 'c', 'd', 'e'])
  })

  it('of items of a list follow from the item, not from all of the list', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: [release({ list: ['x', 'same', 'y'] })] },
      { cluster: 'b', objects: [release({ list: ['p', 'same', 'q'] })] },
    ])
    const written = driftOf(result, APP)!.differences.filter(({ layer }) => layer === 'spec')
    assert.ok(written.length >= 2)
    for (const difference of effective(result)) {
      const cause = written.find(({ path }) => path === `spec.values.${difference.path}`)
      assert.deepEqual(difference.derivedFrom, [cause?.fingerprint], difference.path)
    }
  })

  it('count where nothing tells what they follow from', () => {
    const specs = [side('a', 'size: 1\n'), side('b', 'size: 2\n')]
    const result = compareSpecs(specs, { layers: ['values'] })
    assert.deepEqual(lines(effective(result)), ['values size b=changed'])
    assert.deepEqual([result.summary.differences, result.summary.drifted, result.verdict], [1, 1, 'drifted'])
  })

  it('count where another source begins to win, although the one that won is told as gone', () => {
    const result = compareSpecs([side('a', 'size: 1\n', { size: 3 }), side('b', 'size: 1\n')])
    assert.deepEqual(lines(driftOf(result, APP)!.differences), [
      'values size b=changed',
      'spec spec.values.size b=removed',
    ])
    assert.deepEqual(effective(result)[0]!.origins, {
      a: { from: 'inline', shadows: ['ConfigMap/base:values.yaml'] },
      b: { from: 'ConfigMap/base:values.yaml', shadows: [] },
    })
  })

  it('are hidden with what they follow from', () => {
    const data = compareSpecs([side('a', 'size: 1\n'), side('b', 'size: 2\n')], {
      ignore: ['data["values.yaml"].size'],
    })
    assert.deepEqual([data.verdict, data.drifts, data.summary.hiddenByRules], ['in-sync', [], 1])
    const inline = compareSpecs([side('a', '', { size: 1 }), side('b', '', { size: 2 })], {
      ignore: ['spec.values.size'],
    })
    assert.deepEqual([inline.verdict, inline.drifts, inline.summary.hiddenByRules], ['in-sync', [], 1])
  })

  it('of many clusters are told of each, measured against the baseline', () => {
    const result = compareSpecs([side('a', 'size: 1\n'), side('b', 'size: 2\n'), side('c', 'size: 1\n', { size: 5 })])
    const [difference] = effective(result)
    assert.deepEqual(difference!.changes, { b: 'changed', c: 'changed' })
    assert.deepEqual(difference!.values, { a: 1, b: 2, c: 5 })
    assert.deepEqual(
      Object.values(difference!.origins).map(({ from }) => from),
      ['ConfigMap/base:values.yaml', 'ConfigMap/base:values.yaml', 'inline'],
    )
    // On c the inline value is told, on b that of the ConfigMap.
    assert.equal(difference!.derivedFrom.length, 2)
  })

  it('say of a change that others shadow that it has no effect', () => {
    const result = compareSpecs([side('a', 'size: 1\n', { size: 9 }), side('b', 'size: 2\n', { size: 9 })])
    assert.deepEqual(effective(result), [])
    assert.equal(driftOf(result, MAP)!.differences[0]!.explanation, 'no effect: shadowed by inline')
    assert.equal(result.summary.differences, 1)
    const felt = compareSpecs([side('a', 'size: 1\n', { size: 9 }), side('b', 'size: 2\n')])
    assert.equal(driftOf(felt, MAP)!.differences[0]!.explanation, null)
  })

  it('name the source that shadows the very key, also one that is no plain word', () => {
    const at = (cluster: string, text: string): SnapshotSpec => {
      const texts = { first: 'notes: { x: 1 }\n', base: text, over: 'notes: { "a/b": 3 }\n' }
      const names = Object.keys(texts)
      const from = names.map((name) => ({ kind: 'ConfigMap', name }))
      const maps = Object.entries(texts).map(([name, values]) => ({
        ref: `ConfigMap/apps/${name}`,
        body: { data: { 'values.yaml': values } },
      }))
      const references = names.map((name, n) => ({
        ...reference(APP, `ConfigMap/apps/${name}`),
        field: `spec.valuesFrom[${n}]`,
        yamlKey: 'values.yaml',
      }))
      return { cluster, objects: [release({}, {}, from), ...maps], references }
    }
    const result = compareSpecs([at('a', 'notes: { "a/b": 1 }\n'), at('b', 'notes: { "a/b": 2 }\n')])
    assert.equal(driftOf(result, MAP)!.differences[0]!.explanation, 'no effect: shadowed by ConfigMap/over:values.yaml')
  })

  it('that cannot be composed are a finding, and leave the rest comparable', () => {
    const result = compareSpecs([
      side('a', 'size: 1\n', { m: 1 }),
      side('b', 'size: [\n', { m: 2 }),
      side('c', 'size: 2\n'),
    ])
    const found = result.findings.filter(({ code }) => code === 'values-not-composable')
    assert.deepEqual(
      found.map(({ severity, clusters, ref }) => [severity, clusters, ref?.name]),
      [['high', ['b'], 'web']],
    )
    assert.match(found[0]!.message, /on b: ConfigMap\/base:values\.yaml: it is not a YAML map \(line \d+\)$/)
    const [m, n] = effective(result).toSorted((x, y) => (x.path < y.path ? -1 : 1))
    assert.deepEqual([m!.changes, n!.changes], [{ c: 'removed' }, { c: 'changed' }])
    assert.deepEqual(Object.keys(n!.unknown), ['b'])
  })
})

describe('values that could not be read', () => {
  const keys = reference(APP, SECRET, { state: 'forbidden' })
  const digests = (digest: string): JsonObject => ({
    status: { history: [{ configDigest: digest }], readiness: 'Ready', reconciled: true },
  })
  const forbidden = (cluster: string, digest: string | null): SnapshotSpec => ({
    cluster,
    objects: [
      release({ size: 1 }, digest === null ? {} : { status: digests(digest) }, [{ kind: 'Secret', name: 'keys' }]),
    ],
    references: [keys],
    coverage: { Secret: 'forbidden' },
  })

  it('leave it open whether they differ', () => {
    const result = compareSpecs([forbidden('a', null), forbidden('b', null)])
    assert.equal(result.verdict, 'incomplete')
    assert.equal(result.summary.unknown, 2)
    assert.deepEqual(
      codes(result).filter((code) => code.includes('proven')),
      [],
    )
  })

  it('are proven equal by equal digests of the controllers, and by nothing else', () => {
    const equal = compareSpecs([forbidden('a', 'sha256:aa'), forbidden('b', 'sha256:aa')])
    assert.ok(codes(equal).includes('low proven-equal a b'))
    // The Secret itself is neither known nor needed.
    assert.deepEqual([equal.summary.unknown, equal.summary.inSync, equal.verdict], [0, 1, 'in-sync'])
    const different = compareSpecs([forbidden('a', 'sha256:aa'), forbidden('b', 'sha256:bb')])
    assert.equal(different.summary.unknown, 2)
    assert.deepEqual(
      codes(different).filter((code) => code.includes('proven')),
      [],
    )
  })

  const flipped = (cluster: string, order: readonly string[], state: 'forbidden' | 'not-asked'): SnapshotSpec => ({
    cluster,
    objects: [
      release({}, {}, [{ kind: 'Secret', name: 'keys' }, ...order.map((name) => ({ kind: 'ConfigMap', name }))]),
      map('size: 1\nhost: base\n'),
      { ref: 'ConfigMap/apps/more', body: { data: { 'values.yaml': 'size: 2\n' } } },
    ],
    references: [
      { ...keys, field: 'spec.valuesFrom[0]', state },
      ...order.map((name, n) => ({
        ...reference(APP, `ConfigMap/apps/${name}`),
        yamlKey: 'values.yaml',
        field: `spec.valuesFrom[${n + 1}]`,
      })),
    ],
    coverage: { Secret: state },
  })
  it('are told where a later source decides them, whatever the earlier one holds', () => {
    const sides = (state: 'forbidden' | 'not-asked') => [
      flipped('a', ['base', 'more'], state),
      flipped('b', ['more', 'base'], state),
    ]
    const off = compareSpecs(sides('not-asked'))
    assert.deepEqual(
      effective(off).map(({ path, values, unknown }) => [path, values, unknown]),
      [['size', { a: 2, b: 1 }, {}]],
    )
    assert.deepEqual(off.verdict, 'drifted')
    assert.deepEqual(lines(effective(compareSpecs(sides('forbidden')))), ['values size b=changed'])
  })

  it('say of which cluster they are unknown, and are never said to be gone there', () => {
    const read = side('a', 'size: 1\nhost: x\n', { zone: 1 })
    const unread: SnapshotSpec = {
      ...side('c', 'size: 1\nhost: x\n', { zone: 3 }),
      references: [{ ...toMap, state: 'forbidden' }],
      coverage: { ConfigMap: 'forbidden' },
    }
    const result = compareSpecs([read, side('b', 'size: 2\nhost: y\nport: 1\n', { zone: 1 }), unread])
    assert.deepEqual(
      effective(result).map(({ path, changes, unknown }) => [path, changes, unknown]),
      [
        ['host', { b: 'changed' }, { c: 'forbidden: get' }],
        ['port', { b: 'added' }, { c: 'forbidden: get' }],
        ['size', { b: 'changed' }, { c: 'forbidden: get' }],
        ['zone', { c: 'changed' }, {}],
      ],
    )
  })

  it('were not asked for with --secrets off, which is no failure', () => {
    const off = (cluster: string): SnapshotSpec => ({
      ...forbidden(cluster, null),
      references: [{ ...keys, state: 'not-asked' }],
      coverage: { Secret: 'not-asked' },
    })
    assert.equal(compareSpecs([off('a'), off('b')]).verdict, 'in-sync')
  })
})

describe("the controller's own digest", () => {
  it('that differs from the composed values is told, low where it does so on every cluster', () => {
    const status = { status: { valuesCheck: { digest: 'differs' } } }
    const noted = (cluster: string, version: string): SnapshotSpec => ({
      cluster,
      objects: [release({ size: 1 }, { status, noted: true })],
      install: { controllers: [controller('helm-controller', { version })] },
    })
    const told = (specs: SnapshotSpec[]) => codes(compareSpecs(specs)).filter((code) => code.includes('values-differ'))
    assert.deepEqual(told([noted('a', 'v1.4.0'), noted('b', 'v1.4.0')]), ['low values-differ-from-controller a b'])
    const fresh = { ...noted('b', 'v1.4.0'), objects: [release({ size: 1 })] }
    assert.deepEqual(told([noted('a', 'v1.4.0'), fresh]), ['medium values-differ-from-controller a'])
    // Before helm-controller 1.4 its digests were not stable.
    const old = codes(compareSpecs([noted('a', 'v1.3.0'), noted('b', 'v1.3.0')]))
    assert.deepEqual(
      old.filter((code) => code.includes('values-differ')),
      [],
    )
  })

  it('is not needed to see that all inline values are dropped', () => {
    const status = { status: { valuesCheck: { digest: 'matches', inlineIgnored: true } } }
    const objects = [release({ size: 1 }, { status, noted: true })]
    const result = compareSpecs([
      { cluster: 'a', objects },
      { cluster: 'b', objects: [release({ size: 1 })] },
    ])
    assert.ok(codes(result).includes('high inline-values-ignored a'))
    assert.deepEqual(lines(effective(result)), ['values size b=added'])
  })
})

describe('effective variables', () => {
  const tenant = (substitute: JsonObject, patch = 'x: ${env}\n'): ObjectSpec => ({
    ref: TENANT,
    body: {
      spec: {
        patches: [{ patch }],
        postBuild: { substitute, substituteFrom: [{ kind: 'ConfigMap', name: 'base', optional: true }] },
      },
    },
  })
  const toVars = reference(TENANT, MAP, {
    use: 'substitute',
    field: 'spec.postBuild.substituteFrom[0]',
    optional: true,
  })
  const vars = (data: JsonObject): ObjectSpec => ({ ref: MAP, body: { data } })
  const on = (
    cluster: string,
    objects: readonly ObjectSpec[],
    install: SnapshotSpec['install'] = {},
    state: 'present' | 'absent' = 'present',
  ): SnapshotSpec => ({ cluster, objects, install, references: [{ ...toVars, state }] })

  it('come from the inline map before all objects', () => {
    const result = compareSpecs([
      on('a', [tenant({ env: 'x' }), vars({ env: 'one', zone: 'a' })]),
      on('b', [tenant({ env: 'x' }), vars({ env: 'two', zone: 'b' })]),
    ])
    assert.deepEqual(
      effective(result, TENANT).map(({ path, origins, derivedFrom }) => [path, origins['b'], derivedFrom.length]),
      [['zone', { from: 'ConfigMap/base:zone', shadows: [] }, 1]],
    )
    const [env, zone] = driftOf(result, MAP)!.differences
    assert.deepEqual([env!.explanation, zone!.explanation], ['no effect: shadowed by inline', null])
  })

  it('that a patch needs and a cluster does not define are a finding, as severe as the controller takes it', () => {
    const strict = { flux: 'v2.9.1', controllers: [controller('kustomize-controller', { version: 'v1.9.0' })] }
    const lax = { flux: 'v2.8.0', controllers: [controller('kustomize-controller', { version: 'v1.8.0' })] }
    const unread = {
      flux: 'v2.9.1',
      controllers: [controller('kustomize-controller', { version: 'v1.9.0', args: {} })],
    }
    const open = /it becomes empty: StrictPostBuildSubstitutions of kustomize-controller is not known there$/
    const gate = {
      flux: 'v2.9.1',
      controllers: [controller('kustomize-controller', { featureGates: { StrictPostBuildSubstitutions: false } })],
    }
    for (const [install, expected, message] of [
      [strict, 'high variable-undefined b', /: its build fails$/],
      [gate, 'medium variable-undefined b', /: it becomes empty$/],
      [lax, 'medium variable-undefined b', /: it becomes empty$/],
      [unread, 'medium variable-undefined b', open],
      [{ flux: 'v2.9.1' }, 'medium variable-undefined b', open],
      [{}, 'medium variable-undefined b', open],
    ] as const) {
      const result = compareSpecs([
        on('a', [tenant({ env: 'x', other: 'y' })], install, 'absent'),
        on('b', [tenant({ other: 'y' })], install, 'absent'),
      ])
      assert.ok(codes(result).includes(expected), JSON.stringify(codes(result)))
      assert.match(result.findings.find(({ code }) => code === 'variable-undefined')!.message, message)
    }
    const withDefault = (cluster: string) =>
      on(cluster, [tenant({ [cluster]: 'y' }, 'x: ${env:=none}')], strict, 'absent')
    const fine = codes(compareSpecs([withDefault('a'), withDefault('b')]))
    assert.deepEqual(
      fine.filter((code) => code.includes('variable')),
      [],
    )
  })

  it('with a name that is none fail the build, and the finding names the object', () => {
    const result = compareSpecs([
      on('a', [tenant({ env: 'x' }), vars({ good: '1' })]),
      on('b', [tenant({ env: 'x' }), vars({ 'kubelet-identity-client-id': '1' })]),
    ])
    const found = result.findings.find(({ code }) => code === 'variable-name-invalid')!
    assert.deepEqual([found.severity, found.clusters], ['high', ['b']])
    assert.match(found.message, /"kubelet-identity-client-id" \(ConfigMap\/base:kubelet-identity-client-id\)/)
  })

  it('in-sync objects are not read for them', () => {
    const result = compareSpecs([
      on('a', [tenant({ env: 'x' }), vars({ zone: 'a' })]),
      on('b', [tenant({ env: 'x' }), vars({ zone: 'a' })]),
    ])
    assert.deepEqual(
      [result.verdict, counted(result.drifts.flatMap(({ differences }) => differences))],
      ['in-sync', []],
    )
  })
})

// flux-facts 3a.9: `5` is read as a number, `x5` as a text, and a text in quotes without them.
describe('a text of a Secret that a targetPath sets', () => {
  const key = createFingerprintKey(new Uint8Array(32).fill(1))
  const fingerprint = createFingerprint(key)
  const at = { kind: 'Secret', name: 'keys', valuesKey: 'p', targetPath: 'db.port' }
  const secret = (text: string, rest: JsonObject = {}): SnapshotSpec => ({
    cluster: 'b',
    objects: [
      release({ size: 1 }, {}, [{ ...at, ...rest }]),
      { ref: SECRET, body: { data: { p: { masked: fingerprint(text) } } } },
    ],
    references: [reference(APP, SECRET)],
  })
  const told = (inline: Json, text: string, rest: JsonObject = {}) => {
    const a = { cluster: 'a', objects: [release({ size: 1, db: { port: inline } })] }
    const result = compareSpecs([a, secret(text, rest)], { layers: ['values'], fingerprint })
    return [
      effective(result)
        .map(({ path }) => path)
        .join(),
      result.summary.unknown,
    ]
  }

  it('is compared as what Helm reads out of it, where an inline value shows which text it is', () => {
    assert.deepEqual(told(5, '5'), ['', 0])
    assert.deepEqual(told(true, 'TRUE'), ['', 0])
    assert.deepEqual(told('x5', 'x5'), ['', 0])
    assert.deepEqual(told('5', '5'), ['db.port', 0])
  })

  it('is unknown where nothing shows it, unless it is literal', () => {
    assert.deepEqual(told('x5', "'x5'"), ['', 1])
    assert.deepEqual(told(6, '5'), ['', 1])
    assert.deepEqual(told('x5', 'x6', { literal: true }), ['db.port', 0])
    assert.deepEqual(told(5, '5', { literal: true }), ['db.port', 0])
  })
})
