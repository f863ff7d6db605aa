import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { composeHelmValues } from '../../src/flux/helm-values.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { compareSpecs, controller, driftOf, reference } from './builders.ts'
import type { SnapshotSpec } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const SECRET = 'Secret/apps/keys'

/** What is on one cluster; `stale`: the ConfigMap was written after helm-controller took the values, and held `before` then. */
type World = {
  readonly inline: JsonObject
  readonly map: string
  readonly before: string
  readonly stale: boolean
  readonly secret: string
  readonly path: JsonObject
  readonly settled: boolean
  readonly version: string
}

const documents = fc.constantFrom('', 'a: 1', 'a: 2', 'm: {b: 1}', 'm: {b: 2, c: [1]}', 'm: {b: 1} # noted')
const world = fc.record({
  inline: fc.constantFrom<JsonObject>({}, { a: 1 }, { m: { b: 1 } }, { a: 3, m: { c: 2 } }),
  map: documents,
  before: documents,
  stale: fc.boolean(),
  secret: documents,
  path: fc.constantFrom<JsonObject>({}, { targetPath: 'm.b' }, { targetPath: 'text', literal: true }),
  settled: fc.constantFrom(true, true, true, false),
  version: fc.constantFrom('v1.6.0', 'v1.6.0', 'v1.5.0', 'v1.3.0'),
})

function valuesFrom({ path }: World): JsonObject[] {
  return [
    { kind: 'ConfigMap', name: 'base' },
    { kind: 'Secret', name: 'keys', ...path },
  ]
}

/** What helm-controller took; null where it fails. */
function taken(side: World): { digest: string; values: JsonObject } | null {
  const composed = composeHelmValues(valuesFrom(side), side.inline, (kind) => {
    const text = kind === 'Secret' ? Buffer.from(side.secret).toString('base64') : side.stale ? side.before : side.map
    return { data: { 'values.yaml': text } }
  })
  return composed.ok ? composed : null
}

function specOf(cluster: string, side: World): SnapshotSpec {
  const digest = taken(side)?.digest
  const ready = side.settled && digest !== undefined
  const status = {
    readiness: ready ? 'Ready' : 'Failed',
    reconciled: true,
    ...(digest ? { lastAttemptedConfigDigest: digest } : {}),
  }
  return {
    cluster,
    objects: [
      {
        ref: APP,
        body: { spec: { values: side.inline, valuesFrom: valuesFrom(side) } },
        status: { status },
        resourceVersion: '5',
      },
      {
        ref: 'ConfigMap/apps/base',
        body: { data: { 'values.yaml': side.map } },
        resourceVersion: side.stale ? '6' : '4',
      },
    ],
    references: [
      { ...reference(APP, 'ConfigMap/apps/base'), yamlKey: 'values.yaml' },
      reference(APP, SECRET, { state: 'forbidden', field: 'spec.valuesFrom[1]' }),
    ],
    coverage: { Secret: 'forbidden' },
    install: { controllers: [controller('helm-controller', { version: side.version })] },
  }
}

describe('proofs by digests', () => {
  it('are never wrong: equal is what was taken, different is what could not be read', () => {
    fc.assert(
      fc.property(world, fc.record({ other: world, alike: fc.boolean() }), (one, { other, alike }) => {
        // Worlds that differ in one thing at most are those in which something could be proven.
        const its = alike ? { ...one, secret: other.secret, stale: other.stale } : other
        const result = compareSpecs([specOf('a', one), specOf('b', its)])
        const answer = result.proofs?.[0]?.answers['b']
        const [a, b] = [taken(one), taken(its)]
        if (answer === 'proven-equal') assert.deepEqual(a?.values, b?.values)
        if (answer === 'proven-different') assert.notEqual(one.secret, its.secret)
        const told = driftOf(result, APP)?.differences.some(({ path, layer }) => layer === 'values' && path === '')
        assert.equal(told ?? false, answer === 'proven-different')
        assert.equal(result.verdict === 'incomplete', answer === 'unknown')
      }),
      { numRuns: 600 },
    )
  })

  it('are found where they can be', () => {
    const settled = { settled: true, version: 'v1.6.0', stale: false } as const
    fc.assert(
      fc.property(world, documents, (one, secret) => {
        const side = { ...one, ...settled }
        const its = { ...side, secret }
        const [a, b] = [taken(side), taken(its)]
        fc.pre(a !== null && b !== null)
        const answer = compareSpecs([specOf('a', side), specOf('b', its)]).proofs?.[0]?.answers['b']
        assert.equal(answer, a.digest === b.digest ? 'proven-equal' : 'proven-different')
      }),
    )
  })
})
