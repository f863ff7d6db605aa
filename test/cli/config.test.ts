import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { run } from '../../src/cli/program.ts'
import { folderWith } from '../config/support.ts'
import { captureStreams } from './capture-streams.ts'

type Result = { readonly code: number; readonly out: string; readonly err: string }

const KUBECONFIG = `
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: CANARY}}, {name: x, user: {exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}}]
contexts: [{name: stg, context: {cluster: c, user: u}}, {name: eks, context: {cluster: c, user: x}}]
`

async function config(
  t: TestContext,
  text: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Result> {
  const folder = folderWith(t, { 'c.yaml': text, kube: KUBECONFIG })
  const file = join(folder, 'c.yaml')
  const streams = captureStreams({ HOME: folder, KUBECONFIG: join(folder, 'kube'), FLUX_COMPARE_CONFIG: file, ...env })
  const code = await run(['config', ...args], streams)
  const plain = (written: string): string => written.replaceAll(`${folder}/`, '')
  return { code, out: plain(streams.out()), err: plain(streams.err()) }
}

const GOOD = `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: staging, context: stg }
`

test('check: a right file, named by the variable', async (t) => {
  assert.deepEqual(await config(t, GOOD, ['check']), { code: 0, out: 'c.yaml is valid: 1 cluster\n', err: '' })
})

test('check: contexts that are not there and plugins that may not run are told with the rest', async (t) => {
  const text = `${GOOD}  - { name: production, context: prd }
  - { name: eks, context: eks }
  - { name: mounted, kubeconfig: no-such-file }
  - { name: here, inCluster: true }
`
  const { code, out, err } = await config(t, text, ['check'])
  assert.equal(code, 2)
  assert.equal(out, '')
  assert.deepEqual(err.split('\n'), [
    'error: c.yaml has 3 problems (line:column)',
    '  5:34 clusters[1].context does not lead to a cluster: cluster production: there is no context prd; there are: eks, stg. List what the kubeconfig offers with: flux-compare clusters',
    '  6:27 clusters[2].context does not lead to a cluster: cluster eks: its kubeconfig runs the credential plugin aws, which is not allowed. Use a kubeconfig with a service-account token, or the identity of the pod (inCluster: true, or workload identity), or install the plugin and write execPlugins: [aws] in the configuration.',
    '  7:34 clusters[3].kubeconfig does not lead to a cluster: cluster mounted: kubeconfig no-such-file does not exist. Check the file with: kubectl config view',
    'hint: Correct each line that is listed; docs/config.md and docs/rules.md tell every key.',
    '',
  ])
})

test('check: selectors and paths of comparisons that cannot be read are told with the rest', async (t) => {
  const text = `${GOOD}  - { name: also, context: stg, namespaces: [shop] }
comparisons:
  - { name: a, targets: [staging, also], selector: "app in (", ignore: [/spec/interval, "a[0]"] }
  - { name: a, targets: [staging, also] }
`
  const { code, err } = await config(t, text, ['check'])
  assert.equal(code, 2)
  assert.match(err, /^ {2}8:13 comparisons\[1\]\.name is that of comparisons\[0\] too/m)
  const both = await config(t, text.replace(/.*\n$/, ''), ['check'])
  assert.match(both.err, /2 problems/)
  assert.match(both.err, /^ {2}7:52 comparisons\[0\]\.selector is not right: the label selector has a part/m)
  assert.match(both.err, /^ {2}7:89 comparisons\[0\]\.ignore\[1\] is not right: /m)
})

test('check: secrets must be there; for a worker, those that a worker needs', async (t) => {
  const text = `${GOOD}redis: { urlFrom: { env: REDIS_URL } }
access: { tokens: [{ name: a, sha256From: { env: HASH } }] }
`
  const all = await config(t, text, ['check'], { REDIS_URL: 'redis://:CANARY@h' })
  assert.match(
    all.err,
    /6:50 access\.tokens\[0\]\.sha256From\.env names the environment variable HASH, which is not set/,
  )
  const worker = await config(t, text, ['check', '--role', 'worker'], { REDIS_URL: 'redis://:CANARY@h' })
  assert.equal(worker.code, 0)
  assert.match((await config(t, text, ['check', '--role', 'worker'])).err, /1 problem.*\n +5:26 redis\.urlFrom\.env/)
})

test('print: the effective configuration; what is secret is not even read', async (t) => {
  const text = `${GOOD}redis: { urlFrom: { env: REDIS_URL } }\n`
  const { code, out } = await config(t, text, ['print'], { REDIS_URL: 'redis://:CANARY@h' })
  assert.equal(code, 0)
  assert.match(out, /^redis:\n {2}urlFrom:\n {4}env: REDIS_URL$/m)
  assert.doesNotMatch(out, /CANARY/)
  assert.equal((await config(t, text, ['print'])).out, out)
})

test('schema: what docs/config.schema.json holds', async (t) => {
  const { code, out } = await config(t, GOOD, ['schema'])
  assert.equal(code, 0)
  assert.equal(out, readFileSync('docs/config.schema.json', 'utf8'))
})

test('what is not known is refused with what there is', async (t) => {
  const { code, err } = await config(t, GOOD, ['chekc'])
  assert.equal(code, 2)
  assert.match(err, /Allowed choices are check, print, schema/)
  const streams = captureStreams({ HOME: '/nowhere' })
  assert.equal(await run(['config', 'check'], streams), 2)
  assert.match(
    streams.err(),
    /^error: no configuration is named, and there is no flux-compare\.yaml here\nhint: Name one/,
  )
})
