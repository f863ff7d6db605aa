import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startReceiver, status, type Received, type Receiver } from '../notify/receiver.ts'
import { canary, findCanaries } from './canaries.ts'
import { canaryObjects } from './canary-fleet.ts'
import { runCli } from './run-cli.ts'
import { serviceFleet, type ServiceFleet } from './service-fleet.ts'
import { ask, poll, type ServiceProcess } from './service-process.ts'

const LIMIT_MS = 60_000
const NAME = 'prod-vs-staging'
const FORMATS = ['json', 'text', 'markdown', 'html']

type Plan = { readonly channels: readonly object[]; readonly env: Readonly<Record<string, string>> }
type Delivery = { readonly channel: string; readonly state: string; readonly reason: string | null }

/** A channel of each kind, and of each way to fail; every address and token is a secret, and whoever refuses tells one too. */
function planOf({ url }: Receiver): Plan {
  const env: Record<string, string> = {}
  const from = (name: string, value: string): { env: string } => {
    env[name] = value
    return { env: name }
  }
  const hook = (name: string): object => ({ urlFrom: from(`URL_${name}`, `${url}/${name}/${canary(name)}`) })
  const token = (name: string): object => ({ tokenFrom: from(`TOKEN_${name}`, canary(`${name}token`)), apiUrl: url })
  const targets: Readonly<Record<string, object>> = {
    slack: { slack: hook('slack') },
    bot: { slackBot: { ...token('bot'), channel: 'C1' } },
    teams: { teams: hook('teams') },
    discord: { discord: hook('discord') },
    signed: {
      webhook: {
        ...hook('signed'),
        secretFrom: from('KEY', `${canary('signing')}aaaaaaaaaaaaaaaa`),
        formerSecretFrom: from('FORMER', `${canary('former')}aaaaaaaaaaaaaaaa`),
      },
    },
    alerts: { alertmanager: { ...hook('alerts'), tokenFrom: from('ALERTS', canary('alertstoken')) } },
    github: { github: { ...token('github'), repository: 'org/fleet', pullRequest: 1 } },
    gitlab: { gitlab: { ...token('gitlab'), project: 'org/fleet', mergeRequest: 1 } },
    gone: { webhook: hook('gone') },
    failing: { webhook: hook('failing') },
    redirecting: { webhook: hook('redirecting') },
    refusing: { slack: hook('refusing') },
    cutting: { slack: hook('cutting') },
    nowhere: { webhook: { urlFrom: from('NOWHERE', `http://${canary('host')}.invalid/${canary('path')}`) } },
  }
  const allowed = { allowHttp: true, allowPrivate: true }
  const channels = Object.entries(targets).map(([name, target]) => ({ name, ...target, ...allowed }))
  const strict = { name: 'strict', webhook: { urlFrom: from('STRICT', `${url}/${canary('strict')}`) }, allowHttp: true }
  return { channels: [...channels, strict], env }
}

/** Those who refuse say something that must not be kept. */
function answer(request: Received, response: ServerResponse): void {
  const said = { 'x-said': canary('header'), location: `http://127.0.0.1:1/${canary('location')}` }
  const body = `${canary('body')} ${request.path}`
  const [, first = ''] = request.path.split('/')
  if (first === 'gone') return status(404, said, body)(request, response)
  if (first === 'failing') return status(500, said, body)(request, response)
  if (first === 'redirecting') return status(302, said, body)(request, response)
  if (first === 'refusing') return status(400, said, body)(request, response)
  if (first === 'cutting') return void response.destroy()
  if (first === 'chat.postMessage')
    return status(200, {}, JSON.stringify({ ok: false, error: body }))(request, response)
  if (first === 'repos' && request.method === 'POST') return status(401, said, body)(request, response)
  return status(200, {}, request.method === 'GET' ? '[]' : '{}')(request, response)
}

const EXPECTED: Readonly<Record<string, readonly [state: string, reason: string | null]>> = {
  slack: ['sent', null],
  bot: ['disabled', 'unauthorized'],
  teams: ['sent', null],
  discord: ['sent', null],
  signed: ['sent', null],
  alerts: ['sent', null],
  github: ['disabled', 'unauthorized'],
  gitlab: ['sent', null],
  gone: ['disabled', 'gone'],
  failing: ['pending', 'server-error'],
  redirecting: ['disabled', 'redirected'],
  refusing: ['dead', 'payload-refused'],
  cutting: ['pending', 'unreachable'],
  nowhere: ['pending', 'unreachable'],
  strict: ['disabled', 'address-refused'],
}

async function deliveredTo({ url }: ServiceProcess): Promise<void> {
  const isTried = ({ state, reason }: Delivery): boolean => state !== 'pending' || reason !== null
  const { items } = await poll<{ items: readonly Delivery[] }>(
    `${url}/api/v1/deliveries`,
    ({ items }) => items.length === Object.keys(EXPECTED).length && items.every(isTried),
    LIMIT_MS,
  )
  const found = Object.fromEntries(items.map(({ channel, state, reason }) => [channel, [state, reason]]))
  assert.deepEqual(found, EXPECTED)
}

/** All that the API and the commands say of reports, channels and what became of messages. */
async function everyAnswer({ url }: ServiceProcess): Promise<string[]> {
  const answers: string[] = []
  const call = async (path: string, method = 'GET'): Promise<string> => {
    const response = await fetch(`${url}${path}`, { method })
    const body = await response.text()
    answers.push(`${response.status} ${JSON.stringify([...response.headers])}\n${body}`)
    assert.ok(response.status < 300, `${path}: ${body}`)
    return body
  }
  const { items } = JSON.parse(await call('/api/v1/reports')) as { items: readonly { id: string }[] }
  const report = `/api/v1/reports/${items[0]!.id}`
  for (const format of FORMATS) assert.match(await call(`${report}?format=${format}`), /HelmRelease/)
  assert.match(await call(`${report}/messages`), /"type":"gitlab"/)
  for (const path of ['deliveries', 'channels', 'schedules', `schedules/${NAME}`, `schedules/${NAME}/records`, 'drift'])
    await call(`/api/v1/${path}`)
  assert.match(await call('/metrics'), /flux_compare_channel_disabled\{channel="gone"\} 1/)
  for (const channel of ['gone', 'strict', 'slack']) await call(`/api/v1/channels/${channel}/enable`, 'POST')
  for (const path of ['reports/report_none', 'channels/none'])
    answers.push(await (await fetch(`${url}/api/v1/${path}`)).text())
  for (const args of [
    ['report', NAME],
    ['report', NAME, '--dry-run'],
    ['schedule', 'list'],
  ]) {
    const { stdout, stderr } = await runCli([...args, '--server', url])
    answers.push(stdout, stderr)
  }
  return answers
}

async function serviceWith(
  t: TestContext,
  { channels, env }: Plan,
): Promise<{ fleet: ServiceFleet; service: ServiceProcess }> {
  const cluster = (name: string): SimulatedCluster => ({ name, folders: [], objects: canaryObjects(name) })
  const simulator = await startSimulator({ clusters: [cluster('staging'), cluster('production')] })
  t.after(() => simulator.close())
  const comparison = {
    name: NAME,
    baseline: 'staging',
    targets: ['production'],
    layers: ['presence', 'spec', 'values', 'substitutions', 'data', 'metadata', 'status'],
    notify: Object.keys(EXPECTED),
  }
  const fleet = serviceFleet(t, { simulator, redisUrl: null, env, config: { channels, comparisons: [comparison] } })
  return { fleet, service: await fleet.start('all') }
}

test(
  'no address, token or secret value gets into messages, reports, answers, logs or the database',
  { timeout: 180_000 },
  async (t) => {
    const receiver = await startReceiver(t, answer, { tls: false })
    const plan = planOf(receiver)
    const { fleet, service } = await serviceWith(t, plan)
    for (const value of Object.values(plan.env)) assert.ok(findCanaries(value).length > 0)
    const asked = await ask(`${service.url}/api/v1/schedules/${NAME}/run`, { method: 'POST' })
    assert.equal(asked.status, 202)
    await deliveredTo(service)
    const answers = await everyAnswer(service)
    const files = Buffer.concat(globSync(join(fleet.folder, 'history.db*')).map((file) => readFileSync(file)))
    assert.equal(await service.end('SIGTERM'), 0)
    const bodies = receiver.requests.map(({ body }) => body).join('\n')
    const places = [
      { name: 'messages', text: bodies, holds: '(secret A)' },
      { name: 'answers', text: answers.join('\n'), holds: 'payload-refused' },
      { name: 'log', text: service.log(), holds: 'message not sent yet' },
      { name: 'database', text: files, holds: 'hmac:' },
    ]
    for (const { name, text, holds } of places) {
      assert.ok(text.includes(holds), `${name}: nothing is found in it`)
      assert.deepEqual(findCanaries(text), [], name)
    }
  },
)
