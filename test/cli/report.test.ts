import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { PlannedReport } from '../../src/cli/report-output.ts'
import { run } from '../../src/cli/program.ts'
import type { DriftReport } from '../../src/model/drift-report.ts'
import type { DeliveryRecord } from '../../src/service/reports/report-store.ts'
import { status } from '../notify/receiver.ts'
import { captureStreams } from './capture-streams.ts'
import { release, SECRET_PATH, startReportFleet, type ReportFleet, type Result } from './report-rig.ts'

let fleet: ReportFleet

before(async () => {
  fleet = await startReportFleet()
})

after(() => fleet.close())

test('a dry run tells each route, with the exact payload, and keeps and sends nothing', async (t) => {
  const { ask, chat } = await fleet.stageOf(t)
  for (let time = 0; time < 2; time += 1) {
    const { code, out } = await ask('prod-vs-staging', '--dry-run')
    assert.equal(code, 0)
    assert.match(
      out,
      /^production vs staging: 1 new\n\nNEW \(1\)\nmedium {4}HelmRelease\/shop\/web {2}spec\.values\.replicas {2}2/,
    )
    assert.match(
      out,
      /\nMESSAGES \(dry run: nothing is stored, nothing is sent\)\nteam \(slack\) {2}message: something changed\n\{/,
    )
    assert.match(out, /\nhook \(webhook\) {2}no message: nothing changed\n$/)
  }
  assert.deepEqual(chat.requests, [])
})

test('a report is sent once, with the payload that the dry run showed, and the next one is silent', async (t) => {
  const { ask, chat } = await fleet.stageOf(t)
  const plan = JSON.parse((await ask('prod-vs-staging', '--dry-run', '-o', 'json')).out) as PlannedReport
  const first = await ask('prod-vs-staging')
  assert.equal(first.code, 0, first.err)
  assert.match(first.out, /\nDELIVERY\nhook {2}no message: nothing changed\nteam {2}sent\n$/)
  const [message, ...others] = chat.requests
  assert.deepEqual(others, [])
  assert.equal(message!.path, SECRET_PATH)
  const sent = JSON.parse(message!.body) as { blocks: object[] }
  const shown = plan.routes[0]!.messages[0]!.payload as typeof sent
  // The last block has the time.
  assert.deepEqual({ ...sent, blocks: sent.blocks.slice(0, -1) }, { ...shown, blocks: shown.blocks.slice(0, -1) })
  const second = await ask('prod-vs-staging')
  assert.equal(second.code, 0)
  assert.match(second.out, /^production vs staging: 1 ongoing\n/)
  assert.match(second.out, /\nDELIVERY\nteam {2}no message: nothing changed\nhook {2}no message: nothing changed\n$/)
  assert.equal(chat.requests.length, 1)
})

test('what is not taken in time stays, the exit code says so, and the next report sends it under the same id', async (t) => {
  let answer = status(503)
  const { ask, askLater, chat } = await fleet.stageOf(t, (...call) => answer(...call))
  const failed = await ask('prod-vs-staging', '--send-timeout', '1s')
  assert.equal(failed.code, 2)
  assert.match(
    failed.out,
    /\nteam {2}not sent: the channel answered with a server error; the next report tries again\n$/,
  )
  assert.match(failed.err, /^warning: .*answered with a server error/m)
  assert.equal(chat.requests.length, 1)
  answer = status(200, {}, 'ok')
  const again = await askLater({ output: 'json' })
  assert.equal(again.code, 0, again.out)
  const { report, deliveries } = JSON.parse(again.out) as Told
  assert.deepEqual(
    deliveries.map(({ state, attempts, channel }) => ({ state, attempts, channel })),
    [{ state: 'sent', attempts: 2, channel: 'team' }],
  )
  assert.equal(report.previous, deliveries[0]!.report)
  assert.equal(chat.requests.length, 2)
  assert.equal(chat.requests[1]!.body, chat.requests[0]!.body)
})

type Told = { readonly report: DriftReport; readonly deliveries: readonly DeliveryRecord[] }

test('a message waits behind an earlier one of its channel, and both are sent in their order', async (t) => {
  let answer = status(503)
  const { ask, askLater, chat } = await fleet.stageOf(t, (...call) => answer(...call))
  assert.equal((await ask('prod-vs-staging', '--send-timeout', '1s')).code, 2)
  fleet.production.apply(release(1, 'api'))
  t.after(() => fleet.production.remove({ kind: 'HelmRelease', namespace: 'shop', name: 'api' }))
  const blocked = await ask('prod-vs-staging', '--send-timeout', '1s')
  assert.equal(blocked.code, 2)
  assert.match(
    blocked.out,
    /\nteam {2}not sent: the channel answered with a server error; the next report tries again {2}\(prod-vs-staging of .*\)\nteam {2}not sent: it waits behind an earlier message; the next report tries again\n$/,
  )
  assert.equal(chat.requests.length, 1)
  answer = status(200, {}, 'ok')
  assert.equal((await askLater()).code, 0)
  const texts = chat.requests.map(({ body }) => (JSON.parse(body) as { text: string }).text)
  assert.deepEqual(texts, [
    '[medium] production vs staging: 1 new',
    '[medium] production vs staging: 1 new',
    '[high] production vs staging: 1 new (1 high), 1 ongoing',
  ])
})

test('a channel that refuses for good is tried anew by the next report', async (t) => {
  let answer = status(404)
  const { ask, chat } = await fleet.stageOf(t, (...call) => answer(...call))
  const refused = await ask('prod-vs-staging')
  assert.equal(refused.code, 2)
  assert.match(
    refused.out,
    /\nteam {2}not sent: the channel does not exist any more \(404 or 410\); the next report tries again\n$/,
  )
  answer = status(200, {}, 'ok')
  assert.equal((await ask('prod-vs-staging')).code, 0)
  assert.equal(chat.requests.length, 2)
})

test('where a channel leads stands in no output and in no file', async (t) => {
  let answer = status(500, {}, 'kanarienvogel')
  const { ask, askLater, history } = await fleet.stageOf(t, (...call) => answer(...call))
  const failed = await ask('prod-vs-staging', '--send-timeout', '1s', '-o', 'json')
  answer = status(410, {}, 'kanarienvogel')
  const refused = await askLater()
  assert.deepEqual([failed.code, refused.code], [2, 2])
  const files = readdirSync(dirname(history)).map((name) => readFileSync(join(dirname(history), name), 'latin1'))
  for (const found of [failed.out, failed.err, refused.out, refused.err, ...files]) {
    assert.doesNotMatch(found, /kanarienvogel|127\.0\.0\.1/)
  }
})

test('other forms: Markdown, HTML, the drawn messages, one channel', async (t) => {
  const { ask } = await fleet.stageOf(t)
  const page = await ask('prod-vs-staging', '--dry-run', '-o', 'html', '--channel', 'team')
  assert.match(page.out, /Rendered by flux-compare from the exact message payload/)
  assert.match(page.out, /<h2>team <span class="kind">slack<\/span>/)
  assert.doesNotMatch(page.out, /hook/)
  const markdown = await ask('prod-vs-staging', '-o', 'markdown')
  assert.match(markdown.out, /^### production vs staging: 1 new\n/)
  assert.equal(markdown.err, 'hook  no message: nothing changed\nteam  sent\n')
  assert.match((await ask('prod-vs-staging', '-o', 'html')).out, /^<!doctype html>/)
})

for (const [what, args, message] of [
  ['an unknown name', ['prod-vs-stagin'], /no comparison prod-vs-stagin\nhint: Did you mean prod-vs-staging\?/],
  [
    'an unknown channel',
    ['prod-vs-staging', '--dry-run', '--channel', 'x'],
    /no route to a channel x\nhint: It has: team, hook\./,
  ],
  [
    'a channel without a dry run',
    ['prod-vs-staging', '--channel', 'team'],
    /--channel has no meaning without --dry-run/,
  ],
  [
    'Markdown of messages',
    ['prod-vs-staging', '--dry-run', '-o', 'markdown'],
    /-o markdown has no meaning with --dry-run/,
  ],
] as const) {
  test(`refused before any cluster is read: ${what}`, async (t) => {
    const { ask } = await fleet.stageOf(t)
    const { code, out, err } = await ask(...args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, message)
  })
}

test('without the secret of a channel nothing is read, stored or sent, but a dry run is made', async (t) => {
  const { folder, history } = await fleet.stageOf(t)
  const ask = async (...args: string[]): Promise<Result> => {
    const streams = captureStreams({ HOME: folder })
    const config = join(folder, 'flux-compare.yaml')
    const code = await run(['report', 'prod-vs-staging', ...args, '--config', config, '--history', history], streams)
    return { code, out: streams.out(), err: streams.err() }
  }
  const refused = await ask()
  assert.equal(refused.code, 2)
  assert.match(refused.err, /SLACK_WEBHOOK_URL/)
  assert.throws(() => readFileSync(history))
  assert.equal((await ask('--dry-run')).code, 0)
})
