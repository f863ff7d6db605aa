import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Channel, ChannelTarget } from '../../src/model/channel.ts'
import { createNotifier, type NotifierOptions } from '../../src/notify/create-notifier.ts'
import { slackPayload } from '../../src/report/drift-report-slack.ts'
import { validateTeamsPayload } from '../../src/report/validate-teams.ts'
import { validateDiscordPayload } from '../../src/report/validate-discord.ts'
import type { SendOutcome } from '../../src/service/notifier.ts'
import { everyday } from '../report/sample-drift-report.ts'
import { startReceiver, status, type Answering, type Receiver } from './receiver.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const SECRET = 'T0/B0/cnrySecretPathOfTheWebhook'
const OK = status(200, {}, 'ok')

type Trial = {
  readonly target?: (url: string) => ChannelTarget<string>
  readonly channel?: Partial<Channel<string>>
  readonly options?: Partial<NotifierOptions>
  readonly thread?: string
}

const slack = (url: string): ChannelTarget<string> => ({ kind: 'slack', url: `${url}/services/${SECRET}` })

async function sendTo(receiver: Pick<Receiver, 'url' | 'authority'>, trial: Trial = {}): Promise<SendOutcome> {
  const target = (trial.target ?? slack)(receiver.url)
  const channel = { name: 'team', allowHttp: false, allowPrivate: true, target, ...trial.channel }
  const notifier = createNotifier({
    channel: () => channel,
    now: () => NOW,
    authorities: [receiver.authority],
    timeoutMs: 5_000,
    ...trial.options,
  })
  const message = { id: 'msg+report_2+team', channel: 'team', report: everyday(), thread: trial.thread ?? null }
  const outcome = await notifier.send(message, new AbortController().signal)
  assert.ok(!JSON.stringify(outcome).includes('cnry'), 'the address is told')
  return outcome
}

async function outcomeOf(t: TestContext, answer: Answering, trial: Trial = {}): Promise<SendOutcome> {
  return sendTo(await startReceiver(t, answer), trial)
}

const sent = { result: 'sent', reference: null } as const
const disabled = (reason: string) => ({ result: 'permanent', reason, disables: true })
const again = (reason: string, afterMs: number | null = null) => ({ result: 'retry', reason, afterMs })

test('a message is posted once, as it was rendered, over TLS', async (t) => {
  const receiver = await startReceiver(t, OK)
  assert.deepEqual(await sendTo(receiver), sent)
  const [request, ...more] = receiver.requests
  assert.equal(more.length, 0)
  assert.deepEqual([request!.method, request!.path], ['POST', `/services/${SECRET}`])
  assert.equal(request!.headers['content-type'], 'application/json; charset=utf-8')
  assert.deepEqual(JSON.parse(request!.body), slackPayload(everyday()))
})

for (const [what, answer, expected] of [
  ['429 with seconds', status(429, { 'retry-after': '30' }), again('rate-limited', 30_000)],
  ['429 with a date', status(429, { 'retry-after': 'Sat, 21 Nov 2026 08:01:00 GMT' }), again('rate-limited', 60_000)],
  ['429 with nothing', status(429), again('rate-limited')],
  ['429 with nonsense', status(429, { 'retry-after': 'soon' }), again('rate-limited')],
  ['500', status(500, {}, SECRET), again('server-error')],
  ['503 with Retry-After', status(503, { 'retry-after': '5' }), again('server-error', 5_000)],
  ['408', status(408), again('server-error')],
  ['404 no_service', status(404, {}, 'no_service'), disabled('gone')],
  ['410', status(410), disabled('gone')],
  ['403', status(403, {}, 'invalid_token'), disabled('unauthorized')],
  ['401', status(401), disabled('unauthorized')],
  [
    '403 of a limit',
    status(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 9) }),
    again('rate-limited', 9_000),
  ],
  ['400 invalid_blocks', status(400), { result: 'permanent', reason: 'payload-refused', disables: false }],
  ['413', status(413), { result: 'permanent', reason: 'payload-refused', disables: false }],
] as const) {
  test(`an answer of ${what}`, async (t) => {
    assert.deepEqual(await outcomeOf(t, answer), expected)
  })
}

test('a redirect is not followed', async (t) => {
  const other = await startReceiver(t, OK)
  assert.deepEqual(await outcomeOf(t, status(302, { location: other.url })), disabled('redirected'))
  assert.equal(other.requests.length, 0)
})

test('an answer that does not come, and one that does not end, are given up', async (t) => {
  const options = { timeoutMs: 200 }
  assert.deepEqual(await outcomeOf(t, () => undefined, { options }), again('timeout'))
  const endless: Answering = (_request, response) => void response.writeHead(200).write('x')
  assert.deepEqual(await outcomeOf(t, endless, { options }), again('timeout'))
})

test('of a large answer only 64 KiB are read', async (t) => {
  const large: Answering = (_request, response) => {
    response.writeHead(200)
    response.write('x'.repeat(200_000))
  }
  assert.deepEqual(await outcomeOf(t, large), sent)
})

test('a connection that breaks, a port that is closed, a name that is none', async (t) => {
  const broken: Answering = (_request, response) => void response.destroy()
  assert.deepEqual(await outcomeOf(t, broken), again('unreachable'))
  const receiver = { url: 'https://127.0.0.1:1', authority: '' }
  assert.deepEqual(await sendTo(receiver, { options: { authorities: null } }), again('unreachable'))
  const nowhere = { url: 'https://cnry.invalid', authority: '' }
  assert.deepEqual(await sendTo(nowhere, { options: { authorities: null } }), again('unreachable'))
})

test('a certificate that is not trusted, or for another name, gets nothing', async (t) => {
  const receiver = await startReceiver(t, OK)
  assert.deepEqual(await sendTo(receiver, { options: { authorities: null } }), again('tls'))
  const other = await startReceiver(t, OK, { names: ['other.example'] })
  assert.deepEqual(await sendTo(other), again('tls'))
  assert.equal(receiver.requests.length + other.requests.length, 0)
})

test('what answers is no HTTP server', async (t) => {
  const server = createServer((socket) => void socket.once('data', () => socket.end('220 smtp.example.com ESMTP\r\n')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  const { port } = server.address() as { port: number }
  const receiver = { url: `http://127.0.0.1:${port}`, authority: '' }
  assert.deepEqual(await sendTo(receiver, { channel: { allowHttp: true } }), again('answer-invalid'))
})

test('plain http needs to be allowed, and user info in a URL never is', async (t) => {
  const receiver = await startReceiver(t, OK, { tls: false })
  assert.deepEqual(await sendTo(receiver), disabled('url-invalid'))
  assert.equal(receiver.requests.length, 0)
  assert.deepEqual(await sendTo(receiver, { channel: { allowHttp: true } }), sent)
  const withUser = (): ChannelTarget<string> => ({ kind: 'slack', url: 'https://cnry:cnry@hooks.example.com/x' })
  assert.deepEqual(await sendTo(receiver, { target: withUser }), disabled('url-invalid'))
  const none = (): ChannelTarget<string> => ({ kind: 'slack', url: 'cnry no url' })
  assert.deepEqual(await sendTo(receiver, { target: none }), disabled('url-invalid'))
})

test('an address of this machine is refused, whether written or looked up', async (t) => {
  const receiver = await startReceiver(t, OK)
  const channel = { allowPrivate: false }
  assert.deepEqual(await sendTo(receiver, { channel }), disabled('address-refused'))
  const named = { ...receiver, url: receiver.url.replace('127.0.0.1', 'localhost') }
  assert.deepEqual(await sendTo(named, { channel }), disabled('address-refused'))
  assert.equal(receiver.requests.length, 0)
})

test('a channel that is gone, and a secret that cannot be read', async (t) => {
  const receiver = await startReceiver(t, OK)
  assert.deepEqual(await sendTo(receiver, { options: { channel: () => null } }), disabled('channel-unknown'))
  const throwing = (): never => {
    throw new Error(SECRET)
  }
  assert.deepEqual(await sendTo(receiver, { options: { channel: throwing } }), again('secret-missing'))
})

test('an interrupted message can be tried again', async (t) => {
  const receiver = await startReceiver(t, () => undefined)
  const stop = new AbortController()
  const target = slack(receiver.url)
  const notifier = createNotifier({
    channel: () => ({ name: 'team', allowHttp: false, allowPrivate: true, target }),
    now: () => NOW,
    authorities: [receiver.authority],
  })
  const sending = notifier.send({ id: 'm', channel: 'team', report: everyday(), thread: null }, stop.signal)
  stop.abort()
  assert.deepEqual(await sending, again('unreachable'))
})

test('Teams and Discord get what they take', async (t) => {
  const receiver = await startReceiver(t, status(202))
  assert.deepEqual(await sendTo(receiver, { target: (url) => ({ kind: 'teams', url }) }), sent)
  assert.deepEqual(await sendTo(receiver, { target: (url) => ({ kind: 'discord', url }) }), sent)
  const [teams, discord] = receiver.requests.map(({ body }) => JSON.parse(body) as unknown)
  assert.deepEqual([validateTeamsPayload(teams), validateDiscordPayload(discord)], [[], []])
})

test('a webhook carries the id of the message, the same for each attempt, and its signature', async (t) => {
  const receiver = await startReceiver(t, status(204))
  const signing = { scheme: 'standard', keys: ['whsec_c2VjcmV0'] } as const
  const target = (url: string): ChannelTarget<string> => ({ kind: 'webhook', url, signing })
  await sendTo(receiver, { target })
  await sendTo(receiver, { target })
  const [first, second] = receiver.requests
  assert.equal(first!.headers['webhook-id'], 'msg+report_2+team')
  assert.equal(first!.headers['webhook-timestamp'], String(NOW / 1000))
  assert.match(String(first!.headers['webhook-signature']), /^v1,[A-Za-z0-9+/]{43}=$/)
  assert.deepEqual([second!.body, second!.headers['webhook-id']], [first!.body, first!.headers['webhook-id']])
  await sendTo(receiver, { target: (url) => ({ kind: 'webhook', url, signing: { scheme: 'flux-hmac', key: 'k' } }) })
  assert.match(String(receiver.requests[2]!.headers['x-signature']), /^sha256=[0-9a-f]{64}$/)
})

test('Alertmanager gets its alerts at the path of its API', async (t) => {
  const receiver = await startReceiver(t, status(200))
  const target =
    (path: string) =>
    (url: string): ChannelTarget<string> => ({ kind: 'alertmanager', url: url + path, token: 'tok', validMs: 1 })
  assert.deepEqual(await sendTo(receiver, { target: target('/am/') }), sent)
  assert.deepEqual(await sendTo(receiver, { target: target('/api/v2/alerts') }), sent)
  assert.deepEqual(
    receiver.requests.map(({ path }) => path),
    ['/am/api/v2/alerts', '/api/v2/alerts'],
  )
  assert.equal(receiver.requests[0]!.headers.authorization, 'Bearer tok')
  assert.ok(Array.isArray(JSON.parse(receiver.requests[0]!.body)))
})

const bot = (url: string): ChannelTarget<string> => ({
  kind: 'slack-bot',
  token: 'xoxb-cnry',
  channel: 'C1',
  apiUrl: `${url}/api`,
})

test('the bot of Slack posts to its channel, under a message where there is one', async (t) => {
  const receiver = await startReceiver(t, status(200, {}, '{"ok":true,"ts":"1732176000.000100"}'))
  const outcome = { result: 'sent', reference: '1732176000.000100' }
  assert.deepEqual(await sendTo(receiver, { target: bot }), outcome)
  assert.deepEqual(await sendTo(receiver, { target: bot, thread: '1.2' }), outcome)
  const bodies = receiver.requests.map(({ body }) => JSON.parse(body) as { channel: string; thread_ts?: string })
  assert.deepEqual(
    bodies.map(({ channel, thread_ts }) => [channel, thread_ts]),
    [
      ['C1', undefined],
      ['C1', '1.2'],
    ],
  )
  assert.deepEqual(
    [receiver.requests[0]!.path, receiver.requests[0]!.headers.authorization],
    ['/api/chat.postMessage', 'Bearer xoxb-cnry'],
  )
})

test('what is no time stamp of Slack is not kept, whoever says it', async (t) => {
  for (const ts of ['xoxb-cnry', `1.${'2'.repeat(100)}`, 4711, { a: 1 }]) {
    const receiver = await startReceiver(t, status(200, {}, JSON.stringify({ ok: true, ts })))
    assert.deepEqual(await sendTo(receiver, { target: bot }), sent)
  }
})

for (const [body, expected] of [
  ['{"ok":false,"error":"invalid_auth"}', disabled('unauthorized')],
  ['{"ok":false,"error":"channel_not_found"}', disabled('gone')],
  ['{"ok":false,"error":"msg_blocks_too_long"}', { result: 'permanent', reason: 'payload-refused', disables: false }],
  ['{"ok":false,"error":"ratelimited"}', again('rate-limited')],
  ['{"ok":false,"error":"internal_error"}', again('server-error')],
  ['<html>', again('answer-invalid')],
  ['null', again('answer-invalid')],
] as const) {
  test(`the Slack API answers ${body}`, async (t) => {
    assert.deepEqual(await outcomeOf(t, status(200, {}, body), { target: bot }), expected)
  })
}
