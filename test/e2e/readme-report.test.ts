import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SlackPayload } from '../../src/report/drift-report-slack.ts'
import { validateSlackPayload } from '../../src/report/validate-slack.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { helmRelease } from '../clusters/support.ts'
import { startReceiver, status, type Receiver } from '../notify/receiver.ts'
import { runCli } from './run-cli.ts'
import { ask, poll, startService, type ServiceProcess } from './service-process.ts'

const LIMIT_MS = 60_000
const QUIET_MS = 1_500
const README = readFileSync('README.md', 'utf8')

type Listed<T> = { readonly items: readonly T[] }
type Schedule = { readonly name: string; readonly nextDue: string | null }

/** The lines of the README, as they stand there. */
function readmeConfig(): string {
  const [, found] = /<!-- ten-line report -->\s+```yaml\n(.*?)```/s.exec(README) ?? []
  assert.ok(found, 'README.md has no block after <!-- ten-line report -->')
  return found
}

type Site = { readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly receiver: Receiver }

/**
 * A folder with the lines as flux-compare.yaml, clusters under these names in a kubeconfig, and a receiver in the place of Slack. It is on
 * this machine, where no channel may lead: that one permission is added to the lines.
 */
async function siteOf(t: TestContext): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-readme-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const cluster = (name: string, interval: string) => ({ name, folders: [], objects: [release(interval)] })
  const simulator = await startSimulator({ clusters: [cluster('staging', '1m'), cluster('production', '5m')] })
  t.after(() => simulator.close())
  const receiver = await startReceiver(t, status(200, {}, 'ok'))
  const kubeconfig = join(folder, 'kubeconfig')
  const authority = join(folder, 'authority.pem')
  writeFileSync(kubeconfig, simulator.kubeconfig, { mode: 0o600 })
  writeFileSync(authority, receiver.authority)
  const lines = readmeConfig()
  const permitted = lines.replace('slack: {', 'allowPrivate: true, slack: {')
  assert.notEqual(permitted, lines)
  writeFileSync(join(folder, 'flux-compare.yaml'), permitted)
  const env = {
    KUBECONFIG: kubeconfig,
    SLACK_WEBHOOK_URL: `${receiver.url}/services/T0/B0/XXXX`,
    NODE_EXTRA_CA_CERTS: authority,
    XDG_STATE_HOME: join(folder, 'state'),
  }
  return { folder, env, receiver }
}

function release(interval: string): object {
  return helmRelease('podinfo', 'apps', { interval, chartRef: { kind: 'OCIRepository', name: 'charts' } })
}

async function run(service: ServiceProcess): Promise<void> {
  const asked = await ask<{ id: string }>(`${service.url}/api/v1/schedules/prod-vs-staging/run`, { method: 'POST' })
  assert.equal(asked.status, 202, JSON.stringify(asked.body))
  const url = `${service.url}/api/v1/comparisons/${asked.body.id}/run`
  await poll<{ phase: string }>(url, ({ phase }) => phase === 'done', LIMIT_MS)
}

test('the configuration of the README has ten lines', () => {
  assert.equal(readmeConfig().trimEnd().split('\n').length, 10)
})

test(
  'with it the service tells Slack once what differs, and is due at 8 on the next weekday',
  { timeout: 120_000 },
  async (t) => {
    const { folder, env, receiver } = await siteOf(t)
    const service = await startService({ env, cwd: folder })
    t.after(() => service.end('SIGKILL'))
    const { items } = (await ask<Listed<Schedule>>(`${service.url}/api/v1/schedules`)).body
    const due = new Date(items[0]!.nextDue!)
    const local = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    }).format(due)
    assert.match(local, /^(?:Mon|Tue|Wed|Thu|Fri),? 08:00$/)
    await run(service)
    const isSent = ({ items: deliveries }: Listed<{ state: string }>): boolean => deliveries[0]?.state === 'sent'
    await poll<Listed<{ state: string }>>(`${service.url}/api/v1/deliveries`, isSent, LIMIT_MS)
    assert.deepEqual(
      receiver.requests.map(({ method, path }) => `${method} ${path}`),
      ['POST /services/T0/B0/XXXX'],
    )
    const payload = JSON.parse(receiver.requests[0]!.body) as SlackPayload
    assert.deepEqual(validateSlackPayload(payload), [])
    assert.match(payload.text, /production vs staging: \d+ new/)
    assert.match(
      JSON.stringify(payload.blocks),
      /HelmRelease\/apps\/podinfo` `spec\.interval` `1m` \(staging\) → `5m` \(production\)/,
    )
    await run(service)
    await sleep(QUIET_MS)
    assert.equal(receiver.requests.length, 1)
  },
)

test('what the README says to look at first sends nothing', { timeout: 60_000 }, async (t) => {
  const { folder, env, receiver } = await siteOf(t)
  const { code, stdout, stderr } = await runCli(['report', 'prod-vs-staging', '--dry-run'], { env, cwd: folder })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /HelmRelease\/apps\/podinfo/)
  assert.deepEqual(receiver.requests, [])
})
