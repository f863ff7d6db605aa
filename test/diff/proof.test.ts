import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFingerprint, createFingerprintKey } from '../../src/flux/fingerprint.ts'
import type { Comparison, Proof } from '../../src/model/comparison.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { ControllerFacts, Reference } from '../../src/model/snapshot.ts'
import { compareSpecs, controller, driftOf, lines, reference } from './builders.ts'
import type { ObjectSpec, SnapshotSpec } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const TENANT = 'Kustomization/apps/tenant'
const SET = 'ResourceSet/apps/copies'
const SECRET = 'Secret/apps/keys'
const AA = `sha256:${'a'.repeat(64)}`
const BB = `sha256:${'b'.repeat(64)}`

/** What is not the same everywhere in these tests. */
type Side = {
  readonly digest: string | null
  readonly status?: JsonObject
  readonly spec?: JsonObject
  readonly state?: Reference['state']
  readonly map?: ObjectSpec
  readonly version?: string
  readonly controllers?: readonly ControllerFacts[]
  readonly allControllers?: boolean
}

function release(cluster: string, side: Side): SnapshotSpec {
  const { digest, status = {}, spec = {}, state = 'forbidden', version = 'v1.6.0' } = side
  const settled = { readiness: 'Ready', reconciled: true, ...(digest ? { lastAttemptedConfigDigest: digest } : {}) }
  const valuesFrom = [
    { kind: 'ConfigMap', name: 'base' },
    { kind: 'Secret', name: 'keys' },
  ]
  return {
    cluster,
    objects: [
      {
        ref: APP,
        body: { spec: { values: { size: 1 }, valuesFrom, ...spec } },
        status: { status: { ...settled, ...status } },
      },
      side.map ?? { ref: 'ConfigMap/apps/base', body: { data: { 'values.yaml': 'host: x\n' } } },
    ],
    references: [
      { ...reference(APP, 'ConfigMap/apps/base'), yamlKey: 'values.yaml' },
      reference(APP, SECRET, { state, field: 'spec.valuesFrom[1]' }),
    ],
    coverage: { Secret: state === 'not-asked' ? 'not-asked' : 'forbidden' },
    install: {
      controllers: side.controllers ?? [controller('helm-controller', { version })],
      ...(side.allControllers === false ? { allControllers: undefined } : {}),
    },
  }
}

function pair(a: Partial<Side> = {}, b: Partial<Side> = {}, make = release): Comparison {
  return compareSpecs([make('a', { digest: AA, ...a }), make('b', { digest: BB, ...b })])
}

function answerOf(result: Comparison): Proof['answers'][string] | undefined {
  return result.proofs?.[0]?.answers['b']
}

describe('values that could not be read', () => {
  it('are proven equal by equal digests, and then leave nothing open', () => {
    const result = pair({}, { digest: AA })
    assert.deepEqual(result.proofs, [
      {
        ref: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'web' },
        layer: 'values',
        by: 'status.lastAttemptedConfigDigest',
        against: 'a',
        answers: { b: 'proven-equal' },
        unread: { a: [SECRET], b: [SECRET] },
        revisions: {},
      },
    ])
    assert.deepEqual([result.verdict, result.drifts, result.summary.unknown], ['in-sync', [], 0])
    assert.ok(result.findings.some(({ code }) => code === 'proven-equal'))
  })

  it('are proven different by different ones where all else is the same, which is drift', () => {
    const result = pair()
    assert.equal(answerOf(result), 'proven-different')
    assert.deepEqual(lines(driftOf(result, APP)!.differences), ['values  b=changed'])
    const [difference] = driftOf(result, APP)!.differences
    assert.equal(
      difference!.explanation,
      `proven different by status.lastAttemptedConfigDigest: all but ${SECRET} is the same, and could be read`,
    )
    assert.deepEqual(difference!.unknown, {})
    assert.deepEqual([result.verdict, result.summary.drifted, result.summary.unknown], ['drifted', 1, 0])
    assert.deepEqual(
      result.findings.filter(({ code }) => code === 'proven-equal'),
      [],
    )
  })

  it('are told by a mask of the digest, never by the digest', () => {
    const fingerprint = createFingerprint(createFingerprintKey(Buffer.alloc(32, 7)))
    const specs = [release('a', { digest: AA }), release('b', { digest: BB })]
    const result = compareSpecs(specs, { fingerprint })
    const { values } = driftOf(result, APP)!.differences[0]!
    assert.deepEqual(values, { a: { masked: fingerprint(AA) }, b: { masked: fingerprint(BB) } })
    assert.doesNotMatch(JSON.stringify(result), /sha256:[ab]{64}/)
  })

  it('were left out by choice, and have an answer all the same', () => {
    const off = { state: 'not-asked' } as const
    assert.equal(answerOf(pair(off, { ...off, digest: AA })), 'proven-equal')
    assert.equal(pair(off, off).verdict, 'drifted')
    assert.equal(pair({ ...off, digest: null }, off).verdict, 'in-sync')
  })

  const open: Readonly<Record<string, readonly [Partial<Side>, Partial<Side>]>> = {
    'there is no digest': [{ digest: null }, {}],
    'the controller has not seen the latest generation': [{}, { status: { reconciled: false } }],
    'it is not known whether it has': [{ status: { reconciled: null } }, {}],
    'the release is not ready': [{ status: { readiness: 'Failed' } }, {}],
    'it is suspended': [{}, { status: { readiness: 'Suspended' } }],
    'inline values differ': [{}, { spec: { values: { size: 2 } } }],
    'valuesFrom differs': [{}, { spec: { valuesFrom: [{ kind: 'Secret', name: 'keys' }] } }],
    'a ConfigMap differs': [
      {},
      { map: { ref: 'ConfigMap/apps/base', body: { data: { 'values.yaml': 'host: y\n' } } } },
    ],
    'a ConfigMap was written after the release': [
      {},
      { map: { ref: 'ConfigMap/apps/base', body: { data: { 'values.yaml': 'host: x\n' } }, resourceVersion: '2' } },
    ],
    'the controllers are of two versions': [{}, { version: 'v1.5.0' }],
    'the controllers digest in no stable order': [{ version: 'v1.3.0' }, { version: 'v1.3.0' }],
    'the version of a controller is not known': [{ controllers: [] }, {}],
    'there may be other controllers': [{ allControllers: false }, {}],
    'the algorithms are two': [{ digest: `sha512:${'a'.repeat(128)}` }, {}],
    'a shard runs another version': [
      {},
      {
        controllers: [
          controller('helm-controller', { version: 'v1.6.0' }),
          controller('helm-controller-shard1', { version: 'v1.5.0' }),
        ],
      },
    ],
  }
  for (const [why, [a, b]] of Object.entries(open)) {
    it(`stay unknown with different digests where ${why}`, () => {
      const result = pair(a, b)
      assert.equal(answerOf(result), 'unknown')
      assert.equal(result.verdict, 'incomplete')
      assert.ok(!JSON.stringify(result.drifts).includes('proven different'))
    })
  }

  it('stay unknown with equal digests where what is known differs, or nothing is settled', () => {
    const later = pair({ digest: AA, spec: { values: { size: 2 } } }, { digest: AA })
    assert.deepEqual([answerOf(later), later.verdict], ['unknown', 'incomplete'])
    const inline = { kind: 'Secret', name: 'keys', targetPath: 'token', literal: true }
    const known = pair(
      { spec: { values: { size: 2 }, valuesFrom: [{ kind: 'ConfigMap', name: 'base' }, inline] } },
      { digest: AA, spec: { valuesFrom: [{ kind: 'ConfigMap', name: 'base' }, inline] } },
    )
    assert.equal(answerOf(known), 'unknown')
    assert.equal(answerOf(pair({ status: { readiness: 'Failed' } }, { digest: AA })), 'unknown')
  })

  it('are asked of each cluster against the baseline', () => {
    const result = compareSpecs([
      release('a', { digest: AA }),
      release('b', { digest: AA }),
      release('c', { digest: BB }),
      release('d', { digest: null }),
    ])
    assert.deepEqual(result.proofs![0]!.answers, { b: 'proven-equal', c: 'proven-different', d: 'unknown' })
    const [difference] = driftOf(result, APP)!.differences
    assert.deepEqual([difference!.changes, difference!.unknown], [{ c: 'changed' }, { d: 'not proven by its digest' }])
    assert.equal(result.verdict, 'incomplete')
  })

  it('may be on one cluster only', () => {
    const read = release('a', { digest: AA })
    const whole: SnapshotSpec = {
      ...read,
      objects: [...read.objects!, { ref: SECRET, body: { data: { 'values.yaml': { token: 't' } } } }],
      references: read.references!.map((one) => ({ ...one, state: 'present' })),
      coverage: {},
    }
    const result = compareSpecs([whole, release('b', { digest: BB })])
    assert.deepEqual([answerOf(result), result.proofs![0]!.unread], ['proven-different', { b: [SECRET] }])
  })
})

describe('secret values that may not be compared', () => {
  const presence = (cluster: string, digest: string, body: JsonObject): SnapshotSpec => ({
    cluster,
    mask: '1:key:presence',
    objects: [
      {
        ref: APP,
        body: { spec: { values: { password: { masked: 'present' } } } },
        status: { status: { readiness: 'Ready', reconciled: true, lastAttemptedConfigDigest: digest, ...body } },
      },
    ],
    install: { controllers: [controller('helm-controller', { version: 'v1.6.0' })] },
  })

  it('are proven by digests, where those are at hand', () => {
    const equal = compareSpecs([presence('a', AA, {}), presence('b', AA, {})])
    assert.deepEqual([answerOf(equal), equal.proofs![0]!.unread['b']], ['proven-equal', ['spec']])
    const different = compareSpecs([presence('a', AA, {}), presence('b', BB, {})])
    assert.deepEqual([answerOf(different), different.verdict], ['proven-different', 'drifted'])
  })
})

describe('a Kustomization with variables that could not be read', () => {
  const NO_BASES = { args: { '--no-remote-bases': 'true' } }
  const spec = {
    path: './apps',
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    postBuild: { substituteFrom: [{ kind: 'Secret', name: 'keys' }] },
  }
  type Built = Side & { readonly artifact?: string; readonly revision?: string }
  const kustomization = (cluster: string, side: Built): SnapshotSpec => {
    const history = [
      {
        ...(side.digest ? { digest: side.digest } : {}),
        lastReconciledStatus: 'ReconciliationSucceeded',
        metadata: { revision: 'main@sha1:1' },
      },
    ]
    const { artifact = 'sha256:5e', revision = 'main@sha1:1' } = side
    return {
      cluster,
      objects: [
        {
          ref: TENANT,
          body: { spec: { ...spec, interval: cluster, ...side.spec } },
          status: { status: { readiness: 'Ready', reconciled: true, history, ...side.status } },
        },
        {
          ref: 'GitRepository/apps/fleet',
          body: { spec: { url: 'x' } },
          status: { status: { readiness: 'Ready', reconciled: true, artifact: { digest: artifact, revision } } },
        },
      ],
      references: [
        reference(TENANT, SECRET, { use: 'substitute', state: 'forbidden', field: 'spec.postBuild.substituteFrom[0]' }),
      ],
      coverage: { Secret: 'forbidden' },
      install: {
        controllers: side.controllers ?? [controller('kustomize-controller', { version: 'v1.9.0', ...NO_BASES })],
      },
    }
  }
  const built = (a: Partial<Built> = {}, b: Partial<Built> = {}) =>
    compareSpecs([kustomization('a', { digest: AA, ...a }), kustomization('b', { digest: BB, ...b })], {
      ignore: ['spec.interval'],
    })

  it('has its answer by the digest of what was built', () => {
    assert.deepEqual(
      [answerOf(built({}, { digest: AA })), built({}, { digest: AA }).verdict],
      ['proven-equal', 'in-sync'],
    )
    const different = built()
    assert.deepEqual([answerOf(different), different.verdict], ['proven-different', 'drifted'])
    assert.deepEqual(lines(driftOf(different, TENANT)!.differences), ['substitutions  b=changed'])
  })

  const open: Readonly<Record<string, readonly [Partial<Built>, Partial<Built>]>> = {
    'the source holds something else': [{}, { artifact: 'sha256:6f' }],
    'the source has moved on': [{ revision: 'main@sha1:2' }, { revision: 'main@sha1:2' }],
    'another path is built': [{}, { spec: { path: './other' } }],
    'something is decrypted': [
      { spec: { decryption: { provider: 'sops' } } },
      { spec: { decryption: { provider: 'sops' } } },
    ],
    'remote bases may be built': [
      { controllers: [controller('kustomize-controller')] },
      { controllers: [controller('kustomize-controller')] },
    ],
    'the last reconciliation failed': [
      {},
      { status: { history: [{ digest: BB, lastReconciledStatus: 'ReconciliationFailed' }] } },
    ],
  }
  for (const [why, [a, b]] of Object.entries(open)) {
    it(`is unknown with different digests where ${why}`, () => assert.equal(answerOf(built(a, b)), 'unknown'))
  }
})

describe('a ResourceSet that copies what could not be read', () => {
  const copies = (cluster: string, side: Side): SnapshotSpec => ({
    cluster,
    objects: [
      {
        ref: SET,
        body: { spec: { resources: [{ apiVersion: 'v1', kind: 'Secret' }], ...side.spec } },
        status: { status: { readiness: 'Ready', reconciled: true, lastAppliedRevision: side.digest! } },
      },
    ],
    references: [reference(SET, SECRET, { use: 'copy', state: 'forbidden', field: 'spec.resources[0]' })],
    coverage: { Secret: 'forbidden' },
    install: { operator: side.version ?? 'v0.58.1' },
  })

  it('has its answer by the digest of what was generated', () => {
    const equal = pair({}, { digest: AA }, copies)
    assert.deepEqual([answerOf(equal), equal.verdict], ['proven-equal', 'in-sync'])
    const different = pair({}, {}, copies)
    assert.deepEqual([answerOf(different), different.verdict], ['proven-different', 'drifted'])
    assert.deepEqual(lines(driftOf(different, SET)!.differences), ['data  b=changed'])
  })

  it('is unknown where the operators differ, inputs come from elsewhere, or templates may give something else each time', () => {
    assert.equal(answerOf(pair({}, { version: 'v0.58.0' }, copies)), 'unknown')
    for (const more of [{ inputsFrom: [{ name: 'x' }] }, { resourcesTemplate: 'at: << now >>' }]) {
      assert.equal(answerOf(pair({ spec: more }, { spec: more }, copies)), 'unknown')
    }
  })
})

describe('a source with a credential that could not be read', () => {
  const source = (cluster: string, { digest }: Side): SnapshotSpec => ({
    cluster,
    objects: [
      {
        ref: 'GitRepository/apps/fleet',
        body: { spec: { url: 'x' } },
        status: {
          status: { readiness: 'Ready', reconciled: true, artifact: { digest: digest!, revision: 'main@sha1:1' } },
        },
      },
    ],
    references: [
      reference('GitRepository/apps/fleet', SECRET, { use: 'credential', state: 'forbidden', field: 'spec.secretRef' }),
    ],
    coverage: { Secret: 'forbidden' },
  })

  it('holds the same by the digest of its artifact, which says nothing of the credential', () => {
    const result = pair({}, { digest: AA }, source)
    assert.deepEqual(
      result.proofs!.map(({ answers, by, revisions }) => [answers, by, revisions]),
      [[{ b: 'proven-equal' }, 'status.artifact.digest', { a: 'main@sha1:1', b: 'main@sha1:1' }]],
    )
    assert.deepEqual([result.verdict, result.summary.unknown], ['incomplete', 1])
  })

  it('proves nothing by different ones', () => assert.equal(pair({}, {}, source).proofs, undefined))
})
