import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { PromotionLag } from '../../src/service/promotion/lag-view.ts'
import { helmRelease } from '../clusters/support.ts'
import { open, snapshotOf } from '../history/fixtures.ts'
import { bothWays } from './both-ways.ts'

const names = ['staging', 'production']
const clusters = names.map((name) => ({
  name,
  folders: [],
  objects: [release('web', '1.0.0'), release('api', '2.0.0')],
}))
/** Both have compared before and after staging was upgraded. */
const { folder, flux, here, there } = bothWays(clusters, async (ways) => {
  for (const ask of [ways.here, ways.there]) assert.equal((await ask('staging', 'production', '-q')).code, 0)
  ways.simulator().clusters.get('staging')!.apply(release('web', '1.1.0'))
  for (const ask of [ways.here, ways.there]) await ask('staging', 'production', '-q')
})

function release(name: string, version: string): object {
  const history = [{ chartName: name, chartVersion: version, name, namespace: 'shop', status: 'deployed', version: 1 }]
  return { ...helmRelease(name, 'shop'), status: { lastAttemptedRevision: version, history } }
}

for (const [where, ask] of [
  ['its own history', here],
  ['a service', there],
] as const) {
  test(`lag says what was changed on one cluster between two snapshots, from ${where}`, async () => {
    const { code, out, err } = await ask('drift', 'lag', 'staging', 'production')
    assert.deepEqual([code, err], [0, ''])
    assert.deepEqual(lines(out), [
      'APPLICATION            staging   production   BEHIND FOR',
      'HelmRelease/shop/web   1.1.0     1.0.0        production under a minute',
      '',
      '1 application is the same wherever they are (--all lists them).',
      'Age of the snapshots: staging under a minute, production under a minute.',
    ])
    const all = await ask('drift', 'lag', 'staging', 'production', '--all')
    assert.match(all.out, /^HelmRelease\/shop\/api +2\.0\.0 +2\.0\.0$/m)
    const lag = JSON.parse((await ask('drift', 'lag', '-o', 'json')).out) as PromotionLag & { readonly kind: string }
    assert.deepEqual([lag.kind, lag.baseline, lag.level], ['PromotionLag', null, 1])
    const [web] = lag.applications
    const told = web!.clusters.map(({ cluster, version, position }) => `${cluster} ${version} ${position}`)
    assert.deepEqual(told.toSorted(), ['production 1.0.0 behind', 'staging 1.1.0 leads'])
  })
}

test('what is asked wrongly is told', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['staging'], /needs two/],
    [['staging', 'nowhere'], /no snapshot of nowhere is kept/],
    [['--comparison', 'x'], /needs --config/],
    [['staging', 'production', '--comparison', 'x'], /contradict/],
  ]
  for (const [args, expected] of cases) {
    const { code, err } = await here('drift', 'lag', ...args)
    assert.equal(code, 2)
    assert.match(err, expected)
  }
})

test('a comparison of the configuration names its clusters, kinds and namespaces', async () => {
  const file = join(folder, 'flux-compare.yaml')
  const contexts = names.map((name) => `  - { name: ${name}, kubeconfig: kubeconfig, context: ${name} }\n`)
  const comparisons = [
    '  - { name: all, baseline: staging, targets: [production] }\n',
    '  - { name: ours, baseline: staging, targets: [production], kinds: [ks], namespaces: [shop] }\n',
  ]
  writeFileSync(
    file,
    `apiVersion: flux-compare.dev/v1\nkind: Config\nclusters:\n${contexts.join('')}comparisons:\n${comparisons.join('')}`,
  )
  const asked = async (name: string) =>
    JSON.parse((await here('drift', 'lag', '--comparison', name, '--config', file, '-o', 'json')).out) as PromotionLag
  const all = await asked('all')
  assert.deepEqual([all.baseline, all.applications.length, all.level], ['staging', 1, 1])
  const ours = await asked('ours')
  assert.deepEqual([ours.applications.length, ours.level], [0, 0])
})

/** What the example in docs/drift.md is about: days ago, the cluster, and what was applied there. */
const TOLD: readonly (readonly [days: number, cluster: string, release: string, revision: string, tried?: string])[] = [
  [20, 'staging', '1.3.2', 'main@sha1:0d5a1c7be9'],
  [20, 'production', '1.3.2', 'main@sha1:0d5a1c7be9'],
  [20, 'edge', '1.2.0', 'main@sha1:0d5a1c7be9'],
  [9, 'staging', '1.4.0', 'main@sha1:0d5a1c7be9'],
  [5, 'staging', '1.4.0', 'main@sha1:6c5a2d5c8c'],
  [4, 'production', '1.3.2', 'main@sha1:6c5a2d5c8c', '1.4.0'],
  [3, 'edge', '1.2.0', 'main@sha1:0d5a1c7be9'],
]

test('the example of docs/drift.md comes out as it says', async () => {
  const state = join(folder, 'example')
  const history = open(join(state, 'flux-compare', 'history.db'))
  for (const [index, [days, cluster, version, revision, tried]] of TOLD.entries()) {
    const takenAt = new Date(Date.now() - days * 86_400_000 - 60_000).toISOString()
    const entry = { chartVersion: tried ?? version, status: tried === undefined ? 'deployed' : 'failed' }
    const web = {
      name: 'web',
      namespace: 'shop',
      status: { status: { lastAttemptedRevision: tried ?? version, history: [entry] } },
    }
    const ingress = { name: 'ingress', namespace: 'infra', status: { status: { lastAppliedRevision: revision } } }
    const { snapshot } = snapshotOf(`snap_${index}`, [ingress, web], { cluster, takenAt })
    const entries = snapshot.entries.map((one) =>
      one.ref.name === 'web'
        ? { ...one, ref: { ...one.ref, group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' } }
        : one,
    )
    history.saveSnapshot({ ...snapshot, entries })
  }
  history.close()
  const section = readFileSync('docs/drift.md', 'utf8').split('\n## Promotion lag\n')[1]!
  const [, command, shown] = /^```console\n\$ flux-compare (.*)\n([\s\S]*?)^```$/m.exec(section)!
  const { out } = await flux({ XDG_STATE_HOME: state, COLUMNS: '200' }, ...command!.split(' '))
  assert.deepEqual(lines(out), lines(shown!))
  const narrow = await flux({ XDG_STATE_HOME: state, COLUMNS: '60' }, ...command!.split(' '))
  assert.match(
    narrow.out,
    /^HelmRelease\/shop\/web {3}behind for: .*\n {2}staging {6}1\.4\.0\n {2}production {3}1\.3\.2 \(tries 1\.4\.0\)$/m,
  )
})

test('names and versions of hostile clusters stay text', async () => {
  const state = join(folder, 'hostile')
  const history = open(join(state, 'flux-compare', 'history.db'))
  for (const [index, cluster] of ['a\u202e', 'b'].entries()) {
    const revision = `\u001b[2Jmain\u202e${'x'.repeat(500)}${index}`
    const object = { name: 'web', status: { status: { lastAppliedRevision: revision } } }
    history.saveSnapshot(snapshotOf(`snap_${index}`, [object], { cluster }).snapshot)
  }
  history.close()
  for (const COLUMNS of ['60', '300']) {
    const { out } = await flux({ XDG_STATE_HOME: state, COLUMNS }, 'drift', 'lag')
    assert.ok(out.includes('Kustomization/apps/web'))
    assert.doesNotMatch(out.replaceAll('\n', ''), /\p{Cc}|\p{Cf}/u)
    assert.ok(out.split('\n').every((line) => line.length < 250))
  }
})

function lines(text: string): string[] {
  return text.trimEnd().split('\n')
}
