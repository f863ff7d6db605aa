import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from '../../src/cli/program.ts'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startService, type ServiceProcess } from '../e2e/service-process.ts'
import { captureStreams } from './capture-streams.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-schedule-'))
let simulator: Simulator
let service: ServiceProcess

const CONFIG = `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: staging, context: staging, kubeconfig: kubeconfig, insecure: true }
  - { name: production, context: production, kubeconfig: kubeconfig, insecure: true }
comparisons:
  - name: prod-vs-staging
    baseline: staging
    targets: [production]
    schedule: { cron: "0 8 29 2 *", timeZone: Europe/Berlin }
  - { name: asked, targets: [staging, production] }
history: { path: history.db }
`

before(async () => {
  simulator = await startSimulator({ clusters: demoFleet() })
  writeFileSync(join(folder, 'kubeconfig'), simulator.kubeconfig, { mode: 0o600 })
  writeFileSync(join(folder, 'flux-compare.yaml'), CONFIG)
  service = await startService({ env: {}, cwd: folder })
})

after(async () => {
  await service.end('SIGTERM')
  await simulator.close()
  rmSync(folder, { recursive: true, force: true })
})

async function schedule(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const streams = captureStreams({ HOME: join(folder, 'nobody') })
  const code = await run(['schedule', ...args, '--server', service.url], streams)
  return { code, out: streams.out(), err: streams.err() }
}

test('comparisons are listed with when they run next', async () => {
  const { code, out } = await schedule()
  assert.equal(code, 0)
  // The next 29 February, 8:00 in Berlin, which is 7:00 UTC in winter.
  assert.match(out, /^prod-vs-staging +0 8 29 2 \* Europe\/Berlin +20\d\d-02-29T07:00:00\.000Z +- +-$/m)
  assert.match(out, /^asked +on request +- +- +-$/m)
  assert.equal((await schedule('list', '-o', 'name')).out, 'prod-vs-staging\nasked\n')
})

test('one is paused, shown, run meanwhile, and resumed', async () => {
  const paused = await schedule('pause', 'prod-vs-staging', '--reason', 'upgrade')
  assert.deepEqual([paused.code, paused.err], [0, 'prod-vs-staging is paused\n'])
  const ran = await schedule('run', 'prod-vs-staging')
  const [, id] = /^(run_\w+) is under way/.exec(ran.err) ?? []
  assert.ok(id !== undefined, ran.err)
  const { out } = await schedule('show', 'prod-vs-staging')
  assert.match(out, /^prod-vs-staging, comparing production with staging$/m)
  assert.match(out, /^state: paused by anonymous since \S+: upgrade/m)
  assert.match(out, /^tells: nobody$/m)
  assert.match(out, new RegExp(`^\\S+ +ran \\(run-now\\) +${id}$`, 'm'))
  const resumed = await schedule('resume', 'prod-vs-staging')
  assert.match(resumed.err, /^prod-vs-staging runs again, next at 20\d\d-02-29T07:00:00\.000Z$/m)
  const shown = JSON.parse((await schedule('show', 'prod-vs-staging', '-o', 'json')).out) as {
    paused: unknown
    records: readonly { run: string }[]
  }
  assert.equal(shown.paused, null)
  assert.deepEqual(
    shown.records.map((record) => record.run),
    [id],
  )
})

test('what there is not, and a comparison without a schedule, are told', async () => {
  assert.match((await schedule('show', 'nowhere')).err, /^error: there is no schedule nowhere$/m)
  const { code, err } = await schedule('pause', 'asked')
  assert.equal(code, 2)
  assert.match(err, /has no schedule/)
})

test('without a service there is nothing to ask', async () => {
  const streams = captureStreams({})
  assert.equal(await run(['schedule', 'list'], streams), 2)
  assert.match(streams.err(), /--server/)
})
