import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { runCli } from '../e2e/run-cli.ts'
import { ask, poll, startProcess, type ServiceProcess } from '../e2e/service-process.ts'
import { freePort, startRedis } from '../workers/redis-server.ts'
import { loadCompose, type ComposeService } from './compose-file.ts'

type Run = { readonly id: string; readonly phase: string; readonly verdict: string | null }

const LIMITS = { timeout: 240_000 }
const LIMIT_MS = 60_000

/** What containers have of their own, in the place of which these processes have something of the test. */
type Substitutes = (text: string) => string

test(
  'the commands, environment and Redis flags of docker-compose.yml run a comparison as processes',
  LIMITS,
  async (t) => {
    const made = await runCli(['token', 'team'])
    const token = made.stdout.trim()
    const password = randomBytes(24).toString('hex')
    const { services } = loadCompose({
      REDIS_PASSWORD: password,
      FLUX_COMPARE_TOKEN_SHA256: createHash('sha256').update(token).digest('hex'),
    })
    const redis = await startRedis(t, services['redis']!.command.slice(1))
    const folder = await hostFolder(t)
    const containers = new Map<string, { readonly process: ServiceProcess; readonly mapped: Substitutes }>()
    for (const name of ['api', 'worker-1', 'worker-2']) {
      const mapped = substitutes(folder, { redis: redis.port, http: await freePort() })
      writeFileSync(join(folder, 'config.yaml'), mapped(readFileSync('deploy/compose/config.yaml', 'utf8')))
      containers.set(name, { process: await startContainer(t, services[name]!, mapped), mapped })
    }

    assert.match(await redis.command('PING'), /^-NOAUTH/)
    assert.equal(
      health(services['redis']!, (text) => text, ['-p', String(redis.port)]),
      0,
    )
    for (const [name, { mapped }] of containers) {
      untilHealthy(services[name]!, mapped)
    }

    const { url } = containers.get('api')!.process
    assert.equal((await ask(`${url}/api/v1/clusters`)).status, 401)
    const headers = { authorization: `Bearer ${token}` }
    const body = { baseline: 'staging', targets: ['production'], fresh: true }
    const accepted = await ask<Run>(`${url}/api/v1/comparisons`, { method: 'POST', body, headers })
    assert.equal(accepted.status, 202)
    const path = `${url}/api/v1/comparisons/${accepted.body.id}/run`
    const run = await poll<Run>(path, ({ phase }) => phase === 'done', LIMIT_MS, headers)
    assert.equal(run.verdict, 'drifted')

    await redis.kill()
    for (const [name, { process, mapped }] of containers) {
      assert.equal(health(services[name]!, mapped), 1, `${name} is unhealthy without Redis`)
      assert.equal(await process.end('SIGTERM'), 0, process.log())
    }
  },
)

/** The files that the containers get as secrets, made as docs/deployment.md says. */
async function hostFolder(t: TestContext): Promise<string> {
  const simulator = await startSimulator({ clusters: demoFleet() })
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-compose-'))
  t.after(async () => {
    await simulator.close()
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'kubeconfig'), simulator.kubeconfig)
  writeFileSync(join(folder, 'fingerprint-key'), `${randomBytes(32).toString('base64')}\n`)
  return folder
}

/** Paths inside of a container, the name of a service, and ports of networks that each container has alone. */
function substitutes(folder: string, ports: { readonly redis: number; readonly http: number }): Substitutes {
  return (text) =>
    text
      .replaceAll(/\/run\/secrets|\/etc\/flux-compare|\/var\/lib\/flux-compare/g, folder)
      .replaceAll('@redis:6379', `@127.0.0.1:${ports.redis}`)
      .replaceAll(/(?:0\.0\.0\.0|127\.0\.0\.1):8080/g, `127.0.0.1:${ports.http}`)
}

async function startContainer(t: TestContext, service: ComposeService, mapped: Substitutes): Promise<ServiceProcess> {
  const process = await startProcess({ args: service.command.map(mapped), env: environment(service, mapped) })
  t.after(() => process.end('SIGKILL'))
  return process
}

function environment({ environment }: ComposeService, mapped: Substitutes): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, mapped(value)]))
}

/** Exit code of the health check; `more` stands after the program, for what a container needs not be told. */
function health(service: ComposeService, mapped: Substitutes, more: readonly string[] = []): number | null {
  const [kind, program, ...args] = service.healthcheck.test
  assert.equal(kind, 'CMD')
  const file = program === 'node' ? process.execPath : program!
  const env = { PATH: process.env['PATH'] ?? '', ...environment(service, mapped) }
  const { status, error } = spawnSync(file, [...more, ...args.map(mapped)], { env, timeout: LIMIT_MS })
  assert.equal(error, undefined)
  return status
}

/** As Compose does, which asks again and again. */
function untilHealthy(service: ComposeService, mapped: Substitutes): void {
  const deadline = Date.now() + LIMIT_MS
  while (health(service, mapped) !== 0) assert.ok(Date.now() < deadline, 'it does not become healthy')
}
