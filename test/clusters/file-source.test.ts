import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFileSource } from '../../src/clusters/file-source.ts'
import { createFingerprintKey } from '../../src/flux/fingerprint.ts'
import type { SecretCompare } from '../../src/model/mask.ts'
import { displayRef } from '../../src/model/resource-ref.ts'
import { toSnapshotDocument } from '../../src/model/snapshot-document.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'

const HELM_RELEASE = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: apps
spec:
  interval: 10m
  valuesFrom:
    - kind: ConfigMap
      name: podinfo-values
    - kind: Secret
      name: podinfo-secrets
`
const VALUES = `
apiVersion: v1
kind: ConfigMap
metadata: { name: podinfo-values, namespace: apps }
data:
  values.yaml: "replicas: 2"
`
const SECRETS = `
apiVersion: v1
kind: Secret
metadata: { name: podinfo-secrets, namespace: apps }
stringData:
  values.yaml: "password: 7Qx-correct-9mZk2"
`

test('a file of several documents gives the objects of Flux and what they refer to', async (t) => {
  const path = write(t, { 'all.yaml': [HELM_RELEASE, VALUES, SECRETS, UNREFERENCED, DEPLOYMENT].join('---') })
  const snapshot = await collect(`${path}/all.yaml`)
  assert.deepEqual(refsOf(snapshot), [
    'ConfigMap/apps/podinfo-values',
    'HelmRelease/apps/podinfo',
    'Secret/apps/podinfo-secrets',
  ])
  assert.deepEqual(
    snapshot.references.map(({ field, to, state }) => [field, displayRef(to), state]),
    [
      ['spec.valuesFrom[0]', 'ConfigMap/apps/podinfo-values', 'present'],
      ['spec.valuesFrom[1]', 'Secret/apps/podinfo-secrets', 'present'],
    ],
  )
  assert.equal(snapshot.error, null)
  assert.equal(snapshot.cluster, `file:${path}/all.yaml`)
  assert.equal(snapshot.takenAt, '2026-11-21T07:00:00.000Z')
  assert.deepEqual(bodyOf(snapshot, 'ConfigMap'), { data: { 'values.yaml': 'replicas: 2' } })
})

test('no value of a Secret is in the snapshot, wherever it stands', async (t) => {
  const release = HELM_RELEASE.replace(
    'interval: 10m',
    'interval: 10m\n  values: { url: "x?k=7Qx-correct-9mZk2", other: "in vL8-unreferenced-9mZk2" }',
  )
  const path = write(t, { 'a.yaml': release, 'b.yaml': SECRETS, 'c.yaml': UNREFERENCED })
  for (const secrets of ['equality', 'presence', 'off'] as const) {
    const text = JSON.stringify(toSnapshotDocument(await collect(path, { secrets })))
    assert.doesNotMatch(text, /correct-9mZk2|unreferenced-9mZk2/)
  }
})

test('Secrets are the same whether written as data or as stringData', async (t) => {
  const data = SECRETS.replace('stringData:', 'data:').replace(
    '"password: 7Qx-correct-9mZk2"',
    Buffer.from('password: 7Qx-correct-9mZk2').toString('base64'),
  )
  const path = write(t, {
    'one/a.yaml': HELM_RELEASE,
    'one/b.yaml': SECRETS,
    'two/a.yaml': HELM_RELEASE,
    'two/b.yaml': data,
  })
  const [one, two] = [await collect(join(path, 'one')), await collect(join(path, 'two'))]
  assert.deepEqual(
    one.entries.map(({ digest }) => digest),
    two.entries.map(({ digest }) => digest),
  )
})

test('JSON, a List, and a list of one kind as the API gives it, read as their items', async (t) => {
  const item = {
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: { path: './apps', generation: 9007199254740993n },
  }
  const typed = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', ...item }
  const json = (value: unknown) =>
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? 'BIG' : part)).replace(
      '"BIG"',
      '9007199254740993',
    )
  const path = write(t, {
    'one.json': json(typed),
    'list.json': json({ apiVersion: 'v1', kind: 'List', items: [{ kind: 'List', items: [typed] }] }),
    'typed-list.json': json({ apiVersion: typed.apiVersion, kind: 'KustomizationList', items: [item] }),
  })
  for (const name of ['one', 'list', 'typed-list']) {
    const snapshot = await collect(join(path, `${name}.json`))
    assert.deepEqual(refsOf(snapshot), ['Kustomization/flux-system/apps'])
    assert.deepEqual(bodyOf(snapshot, 'Kustomization'), {
      spec: { path: './apps', generation: { $number: '9007199254740993' } },
    })
  }
})

test('standard input is a side too, by both of its names', async () => {
  for (const cluster of ['file:-', '-']) {
    const snapshot = await source(() => Promise.resolve(HELM_RELEASE)).collect(request(cluster))
    assert.deepEqual(refsOf(snapshot), ['HelmRelease/apps/podinfo'])
    assert.equal(snapshot.cluster, cluster)
  }
})

test('of a folder, whatever Flux does not know is left out, and so are hidden files, other files and packages', async (t) => {
  const malformed = 'a: [\n'
  const path = write(t, {
    'apps/podinfo.yaml': HELM_RELEASE,
    'apps/values.yml': 'replicas: 2\nkind: 7\n',
    'apps/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [podinfo.yaml]\n',
    'apps/package.json': '["a list"]',
    'apps/empty.yaml': '# nothing\n---\n',
    'apps/notes.txt': malformed,
    '.git/config.yaml': malformed,
    '.gitlab-ci.yml': malformed,
    'node_modules/x/y.yaml': malformed,
  })
  assert.deepEqual(refsOf(await collect(path)), ['HelmRelease/apps/podinfo'])
})

test('links that go round in circles are followed once', async (t) => {
  const path = write(t, { 'apps/podinfo.yaml': HELM_RELEASE })
  symlinkSync('..', join(path, 'apps', 'up'))
  symlinkSync('self', join(path, 'self'))
  symlinkSync('nowhere', join(path, 'gone'))
  assert.deepEqual(refsOf(await collect(path)), ['HelmRelease/apps/podinfo'])
  symlinkSync('nowhere.yaml', join(path, 'gone.yaml'))
  await assert.rejects(collect(path), { code: 'file-unreadable', message: /gone\.yaml cannot be read \(ENOENT\)/ })
})

test('an object that stands twice is one, unless it stands differently', async (t) => {
  const same = HELM_RELEASE.replace('namespace: apps', 'namespace: "apps"')
  const path = write(t, { 'a.yaml': HELM_RELEASE, 'b.yaml': `# the same\n${same}` })
  assert.equal((await collect(path)).entries.length, 1)
  writeFileSync(join(path, 'c.yaml'), `---\n---${HELM_RELEASE.replace('10m', '5m')}`)
  await assert.rejects(collect(path), {
    code: 'file-invalid',
    message: `HelmRelease/apps/podinfo stands differently in ${path}/a.yaml:2 and in ${path}/c.yaml:3`,
  })
})

test('an object without a namespace is in default, as kubectl would put it, and so is what it refers to', async (t) => {
  const strip = (text: string) => text.replace(/,? *\n? +namespace: apps/, '').replace(', namespace: apps', '')
  const path = write(t, { 'a.yaml': [HELM_RELEASE, VALUES].map(strip).join('---') })
  const snapshot = await collect(path)
  assert.deepEqual(refsOf(snapshot), ['ConfigMap/default/podinfo-values', 'HelmRelease/default/podinfo'])
})

test('of several versions of a kind the oldest is told, in whatever order they stand', async (t) => {
  const old = HELM_RELEASE.replace('fluxcd.io/v2', 'fluxcd.io/v2beta1').replace('name: podinfo', 'name: old')
  const middle = HELM_RELEASE.replace('fluxcd.io/v2', 'fluxcd.io/v2beta2').replace('name: podinfo', 'name: middle')
  const texts = [HELM_RELEASE, old, middle]
  for (const order of [texts, texts.toReversed(), [middle, old, HELM_RELEASE]]) {
    const snapshot = await collect(write(t, { 'a.yaml': order.join('\n---\n') }))
    assert.equal(snapshot.coverage.find(({ kind }) => kind === 'HelmRelease')?.version, 'v2beta1')
  }
})

test('coverage: kinds of Flux are known, ConfigMaps and Secrets only where there are any', async (t) => {
  const path = write(t, { 'a.yaml': HELM_RELEASE, 'b.yaml': VALUES.replace('podinfo-values', 'other') })
  const snapshot = await collect(path)
  const row = (kind: string) => snapshot.coverage.find((entry) => entry.kind === kind)!
  assert.equal(snapshot.coverage.filter(({ status }) => status === 'complete').length, 20)
  assert.deepEqual(
    [row('HelmRelease').version, row('HelmRelease').objects, row('HelmRelease').status],
    ['v2', 1, 'complete'],
  )
  assert.deepEqual([row('Bucket').version, row('Bucket').objects, row('Bucket').status], [null, 0, 'complete'])
  assert.equal(row('ConfigMap').status, 'complete')
  assert.deepEqual([row('Secret').status, row('Secret').scopes[0]!.reason], ['not-asked', 'the files hold no Secrets'])
  assert.deepEqual(
    snapshot.references.map(({ to, state }) => [to.kind, state]),
    [
      ['ConfigMap', 'absent'],
      ['Secret', 'not-asked'],
    ],
  )
})

test('with --secrets off no Secret is read', async (t) => {
  const path = write(t, { 'a.yaml': HELM_RELEASE, 'b.yaml': SECRETS })
  const snapshot = await collect(path, { secrets: 'off' })
  assert.deepEqual(refsOf(snapshot), ['HelmRelease/apps/podinfo'])
  assert.equal(snapshot.references[1]!.state, 'not-asked')
  assert.deepEqual(
    snapshot.coverage.filter(({ kind }) => kind === 'Secret').map(({ scopes }) => scopes[0]!.reason),
    ['Secrets are not read'],
  )
})

test("the controllers' Deployments tell what is installed", async (t) => {
  const path = write(t, { 'a.yaml': HELM_RELEASE, 'gotk-components.yaml': DEPLOYMENT })
  const { install } = await collect(path)
  assert.equal(install.kubernetes, null)
  assert.deepEqual(
    install.controllers.map(({ name, version }) => [name, version]),
    [['helm-controller', 'v1.4.0']],
  )
})

test('what SOPS encrypted is unknown, and its block of metadata is no content', async (t) => {
  const encrypted = `
apiVersion: v1
kind: Secret
metadata: { name: podinfo-secrets, namespace: apps }
stringData:
  token: ENC[AES256_GCM,data:abc=,iv:def=,tag:ghi=,type:str]
sops: { lastmodified: "2026-11-21T07:00:00Z", mac: "ENC[AES256_GCM,data:xyz=]" }
`
  const path = write(t, { 'a.yaml': HELM_RELEASE, 'b.yaml': encrypted })
  const body = bodyOf(await collect(path), 'Secret')
  assert.deepEqual(body, { data: { token: { masked: 'sops' } }, type: 'Opaque' })
})

test('malformed YAML is told with its file and line, and without its text', async (t) => {
  const path = write(t, { 'a.yaml': HELM_RELEASE, 'b.yaml': `${VALUES}---\nkind: x\npassword: [hunter2\nmore: 1\n` })
  await assert.rejects(collect(path), (error: Error & { code: string }) => {
    assert.equal(error.code, 'file-invalid')
    assert.match(error.message, new RegExp(`^${path}/b\\.yaml, line (?:9|10): `))
    assert.doesNotMatch(error.message, /hunter2/)
    return true
  })
})

test('what cannot be read, is no text, or has no name is told with its place', async (t) => {
  const path = write(t, { 'nameless.yaml': HELM_RELEASE.replace('name: podinfo\n', 'labels: {}\n') })
  writeFileSync(join(path, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x41]))
  await assert.rejects(collect(`${path}/nothing.yaml`), { code: 'file-unreadable', message: /nothing\.yaml .*ENOENT/ })
  await assert.rejects(collect(`${path}/binary.yaml`), { code: 'file-invalid', message: /binary\.yaml is not UTF-8/ })
  await assert.rejects(collect(`${path}/nameless.yaml`), {
    code: 'file-invalid',
    message: /a HelmRelease without a name/,
  })
})

test('files without anything of Flux are a snapshot with an error', async (t) => {
  const path = write(t, { 'a.yaml': VALUES, 'deep.json': `${'['.repeat(50_000)}${']'.repeat(50_000)}` })
  for (const side of [path, `${path}/deep.json`]) {
    const { error, entries, cluster } = await collect(side)
    assert.deepEqual(
      [error?.code, error?.message, entries],
      ['flux-not-found', `${cluster} holds no object of Flux`, []],
    )
  }
})

test('an object that is too deep is there by name', async (t) => {
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
  const object = `{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","metadata":{"name":"deep"},"spec":${deep}}`
  const snapshot = await collect(write(t, { 'a.json': object }))
  assert.deepEqual(
    snapshot.entries.map(({ ref, limit }) => [displayRef(ref), limit]),
    [['HelmRelease/default/deep', 'depth']],
  )
})

test('an exported snapshot comes back as it was, and only by itself', async (t) => {
  const path = write(t, { 'in/a.yaml': HELM_RELEASE, 'in/b.yaml': SECRETS })
  const exported = toSnapshotDocument(await collect(join(path, 'in')))
  writeFileSync(join(path, 'snapshot.json'), JSON.stringify(exported, null, 2))
  const again = await collect(`${path}/snapshot.json`)
  assert.deepEqual(toSnapshotDocument(again), { ...exported, cluster: `file:${path}/snapshot.json` })
  await assert.rejects(collect(path), { code: 'file-invalid', message: /snapshot\.json is an exported snapshot among/ })
  writeFileSync(join(path, 'snapshot.json'), JSON.stringify(exported).replace('"10m"', '"1m"'))
  await assert.rejects(collect(`${path}/snapshot.json`), {
    code: 'file-invalid',
    message: `${path}/snapshot.json: HelmRelease/apps/podinfo is not what it was when the snapshot was taken`,
  })
})

const UNREFERENCED = SECRETS.replace('podinfo-secrets', 'other').replace('7Qx-correct', 'vL8-unreferenced')
const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: helm-controller
  namespace: flux-system
  labels: { app.kubernetes.io/part-of: flux, app.kubernetes.io/version: v2.7.0 }
spec:
  template:
    spec:
      containers: [{ name: manager, image: "ghcr.io/fluxcd/helm-controller:v1.4.0" }]
`

function write(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-files-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

function source(stdin: () => Promise<string> = () => Promise.reject(new Error('not read'))) {
  let count = 0
  return createFileSource({
    engine: '1.0.0',
    fingerprintKey: createFingerprintKey(Buffer.alloc(32, 7)),
    clock: { now: () => new Date('2026-11-21T07:00:00Z') },
    ids: { next: (prefix) => `${prefix}_${(count += 1)}` },
    stdin,
  })
}

function request(cluster: string, secrets: SecretCompare = 'equality') {
  return {
    cluster,
    scope: { kinds: null, namespaces: null, selector: null, resource: null, secrets, events: false },
    known: null,
    signal: new AbortController().signal,
    progress: () => undefined,
  }
}

function collect(path: string, { secrets }: { secrets?: SecretCompare } = {}): Promise<Snapshot> {
  return source().collect(request(`file:${path}`, secrets))
}

function refsOf({ entries }: Snapshot): string[] {
  return entries.map(({ ref }) => displayRef(ref))
}

function bodyOf(snapshot: Snapshot, kind: string): unknown {
  return snapshot.body(snapshot.entries.find(({ ref }) => ref.kind === kind)!.digest)
}
