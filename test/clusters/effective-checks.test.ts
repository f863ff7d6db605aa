import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { valuesCheckOf, type ValuesCheck } from '../../src/flux/values-check.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { collectFrom, knownFrom } from './collect-support.ts'
import { configMap, helmRelease, secret, startOne } from './support.ts'

// What helm-controller writes for {a: 1, b: {c: x}} and for {password: s3cret}: test/vectors/helm-values.json.
const PLAIN = 'sha256:9ff14b920cc0b4325c7eeb2532f0265221645f0809aae49a8b4eba7545aa153d'
const SECRET = 'sha256:cf8600a8a9f24e2aba3a857070eb98b408f5c23e8e7f8d05506013d8d95e608d'
const NOT_VERIFIABLE = { digest: 'not-verifiable', problem: null, inlineIgnored: false }

function release(name: string, spec: object, status: object): object {
  const object = helmRelease(name, 'apps', spec) as { metadata: object }
  return { ...object, metadata: { ...object.metadata, generation: 2 }, status: { observedGeneration: 2, ...status } }
}

const from = (kind: string, name: string): object => ({ valuesFrom: [{ kind, name }] })
const values = configMap('v', 'apps', { 'values.yaml': 'a: 1\nb:\n  c: x\n' })

function checkIn(snapshot: Snapshot, name: string): ValuesCheck | null {
  const { statusDigest } = snapshot.entries.find(({ ref }) => ref.kind === 'HelmRelease' && ref.name === name)!
  return valuesCheckOf(snapshot.body(statusDigest!))
}

async function checkOf(t: TestContext, object: object, others: readonly object[]): Promise<ValuesCheck | null> {
  const cluster = await startOne(t, { objects: [object, ...others] })
  return checkIn(await collectFrom(t, cluster), 'web')
}

test("the values are compared with the controller's own digest of them", async (t) => {
  const matches = release('web', from('ConfigMap', 'v'), { history: [{ configDigest: PLAIN }] })
  assert.equal((await checkOf(t, matches, [values]))?.digest, 'matches')
  const differs = release('web', from('ConfigMap', 'v'), { lastAttemptedConfigDigest: SECRET })
  assert.equal((await checkOf(t, differs, [values]))?.digest, 'differs')
  const hidden = release('web', from('Secret', 's'), { lastAttemptedConfigDigest: SECRET })
  assert.equal(
    (await checkOf(t, hidden, [secret('s', 'apps', { 'values.yaml': 'password: s3cret\n' })]))?.digest,
    'matches',
  )
})

// `sha512sum` and `sha384sum` over the same YAML texts: `a: 1`, `b:`, `  c: x` and `password: s3cret`, each line ended.
test('a digest of another algorithm is compared where it is known', async (t) => {
  const digestIn = async (lastAttemptedConfigDigest: string) =>
    (await checkOf(t, release('web', from('ConfigMap', 'v'), { lastAttemptedConfigDigest }), [values]))?.digest
  assert.equal(
    await digestIn(
      'sha512:ffd0ceea5d26aacddf9282aa089ba8a442207c49b48f604c9dae71e407ca7e8682f7c0199e8a2e817cb46961f2bf1137eef3c34bf3074ac19871036da97aba86',
    ),
    'matches',
  )
  assert.equal(
    await digestIn(
      'sha384:277e7d3f793ded25bf963f3aa97121bef5b3f48269f56eecb587333f956a3ad982af0b55c4441c8873430b6d2be9f94b',
    ),
    'differs',
  )
  assert.equal(await digestIn(`blake3:${'0'.repeat(64)}`), 'not-verifiable')
})

test('without a digest, before the controller has seen the object, or while it is suspended, nothing can be verified', async (t) => {
  const digest = { lastAttemptedConfigDigest: SECRET }
  for (const [spec, status] of [
    [{}, {}],
    [{}, { ...digest, observedGeneration: 1 }],
    [{ suspend: true }, digest],
  ] as const) {
    const object = release('web', { ...from('ConfigMap', 'v'), ...spec }, status)
    assert.deepEqual(await checkOf(t, object, [values]), NOT_VERIFIABLE)
  }
})

test('what fails the controller is kept with its place, without a word of the text', async (t) => {
  const broken = configMap('v', 'apps', { 'values.yaml': 'a: 1\nb: [\n' })
  const object = release('web', from('ConfigMap', 'v'), {})
  const unreadable = await checkOf(t, object, [broken])
  assert.equal(unreadable?.problem?.reason, 'data not readable')
  assert.equal(unreadable.problem.at, 0)
  assert.ok(unreadable.problem.line! >= 2)
  assert.deepEqual((await checkOf(t, object, []))?.problem, { reason: 'object not found', at: 0, line: null })
})

test('a Secret that may not be read leaves the check open', async (t) => {
  const rules = [{ apiGroups: ['*.fluxcd.io', 'helm.toolkit.fluxcd.io'], resources: ['*'], verbs: ['get', 'list'] }]
  const users = [
    { name: 'admin', groups: ['system:masters'] },
    { name: 'reader', rules },
  ]
  const object = release('web', from('Secret', 's'), { lastAttemptedConfigDigest: SECRET })
  const objects = [object, secret('s', 'apps', { 'values.yaml': 'password: s3cret\n' })]
  const cluster = await startOne(t, { objects, users })
  const snapshot = await collectFrom(t, cluster, { options: { as: 'reader' } })
  assert.deepEqual(checkIn(snapshot, 'web'), NOT_VERIFIABLE)
})

test('an unchanged release is checked again when its ConfigMap changed, and its body is not read for that', async (t) => {
  const object = release('web', from('ConfigMap', 'v'), { lastAttemptedConfigDigest: PLAIN })
  const cluster = await startOne(t, { objects: [object, values] })
  const first = await collectFrom(t, cluster)
  assert.equal(checkIn(first, 'web')?.digest, 'matches')
  const known = knownFrom(first)
  const again = await collectFrom(t, cluster, { known })
  assert.deepEqual(
    again.entries.map(({ statusDigest }) => statusDigest),
    first.entries.map(({ statusDigest }) => statusDigest),
  )
  cluster.apply(configMap('v', 'apps', { 'values.yaml': 'a: 2\n' }))
  const changed = await collectFrom(t, cluster, { known })
  assert.deepEqual(known.asked, [])
  assert.equal(checkIn(changed, 'web')?.digest, 'differs')
})
