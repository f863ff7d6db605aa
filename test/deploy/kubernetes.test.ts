import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import type { Rule } from '../../src/simulator/identities.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { runCli } from '../e2e/run-cli.ts'
import { ask, startProcess } from '../e2e/service-process.ts'

const FOLDER = 'deploy/kubernetes'

type Manifest = {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly rules?: readonly Rule[]
}
type Probe = { readonly httpGet: { readonly path: string } }
type Mount = { readonly name: string; readonly mountPath: string }
type Container = {
  readonly args: readonly string[]
  readonly env: readonly {
    readonly name: string
    readonly valueFrom: { readonly secretKeyRef: { readonly key: string } }
  }[]
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly volumeMounts: readonly Mount[]
}
type Deployment = {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } }
}

const SHA256 = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'

async function staging(t: TestContext, rules: readonly Rule[]): Promise<Simulator> {
  const cluster = demoFleet().find(({ name }) => name === 'staging')!
  const simulator = await startSimulator({ clusters: [{ ...cluster, users: [{ name: 'service', rules }] }] })
  t.after(() => simulator.close())
  return simulator
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-kubernetes-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('the kustomization names every manifest, and makes a ConfigMap of the configuration', () => {
  type Kustomization = { resources: string[]; configMapGenerator: { files: string[] }[] }
  const { resources, configMapGenerator } = parse(readFileSync(`${FOLDER}/kustomization.yaml`, 'utf8')) as Kustomization
  const named = ['kustomization.yaml', ...resources, ...configMapGenerator.flatMap(({ files }) => files)]
  assert.deepEqual(named.toSorted(), readdirSync(FOLDER).toSorted())
})

test('with the rights of rbac.yaml a cluster is read whole, and nothing more is asked for', async (t) => {
  const manifests = parseAllDocuments(readFileSync(`${FOLDER}/rbac.yaml`, 'utf8')).map((one) => one.toJS() as Manifest)
  const rules = manifests.flatMap(({ rules = [] }) => rules)
  const simulator = await staging(t, rules)
  const kubeconfig = join(temporaryFolder(t), 'kubeconfig')
  writeFileSync(kubeconfig, simulator.kubeconfig)
  const taken = await runCli(['snapshot', 'staging', '--kubeconfig', kubeconfig, '--no-history'])
  assert.deepEqual([taken.code, taken.stderr], [0, ''])
  assert.match(taken.stdout, /complete/)
  const cluster = simulator.clusters.get('staging')!
  assert.deepEqual(
    cluster.requests().filter(({ status }) => status === 403),
    [],
  )
  const secrets = cluster.requests().filter(({ path }) => path.includes('/secrets'))
  assert.ok(secrets.length > 0)
  assert.deepEqual([...new Set(secrets.map(({ verb }) => verb))], ['get'])
})

test('the configuration is right, and with the arguments of the Deployment it is served', async (t) => {
  const [container] = (parse(readFileSync(`${FOLDER}/deployment.yaml`, 'utf8')) as Deployment).spec.template.spec
    .containers
  const { args, env, volumeMounts, livenessProbe, readinessProbe } = container!
  const mapped = await mountedIn(t, volumeMounts)
  const variables = Object.fromEntries(env.map(({ name }) => [name, SHA256]))
  assert.deepEqual(
    env.map(({ valueFrom }) => valueFrom.secretKeyRef.key),
    ['token-sha256'],
  )
  const checked = await runCli(['config', 'check', mapped('/etc/flux-compare/config.yaml')], { env: variables })
  assert.deepEqual([checked.code, checked.stderr], [0, ''])
  // The manifest listens on all addresses of the Pod; a port of this machine is nobody else's.
  const onLoopback = args.map((arg) => mapped(arg).replace('0.0.0.0:8080', '127.0.0.1:0'))
  assert.notDeepEqual(onLoopback, args.map(mapped))
  const service = await startProcess({ args: onLoopback, env: variables })
  t.after(() => service.end('SIGKILL'))
  for (const { httpGet } of [livenessProbe, readinessProbe]) {
    assert.equal((await ask(`${service.url}${httpGet.path}`)).status, 200, httpGet.path)
  }
  assert.equal((await ask(`${service.url}/api/v1/clusters`)).status, 401)
  assert.equal(await service.end('SIGTERM'), 0)
})

/** The volumes of the Pod as folders, filled as config.yaml and docs/deployment.md say. */
async function mountedIn(t: TestContext, mounts: readonly Mount[]): Promise<(text: string) => string> {
  const folder = temporaryFolder(t)
  const nameAt = new Map(mounts.map(({ name, mountPath }) => [mountPath, name]))
  const mapped = (text: string): string =>
    text.replaceAll(/^\/tmp|\/etc\/[\w-]+|\/var\/lib\/[\w-]+|\/run\/secrets\/[\w-]+/g, (path) =>
      join(folder, nameAt.get(path) ?? assert.fail(`nothing is mounted at ${path}`)),
    )
  for (const { name } of mounts) mkdirSync(join(folder, name))
  const simulator = await staging(t, [])
  writeFileSync(mapped('/run/secrets/flux-compare/production'), simulator.kubeconfig)
  writeFileSync(mapped('/run/secrets/flux-compare/fingerprint.key'), Buffer.alloc(32, 7).toString('base64'))
  writeFileSync(mapped('/etc/flux-compare/config.yaml'), mapped(readFileSync(`${FOLDER}/config.yaml`, 'utf8')))
  return mapped
}
