import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ChannelTarget } from '../../src/model/channel.ts'
import { createNotifier } from '../../src/notify/create-notifier.ts'
import type { SendOutcome } from '../../src/service/notifier.ts'
import { everyday } from '../report/sample-drift-report.ts'
import { startReceiver, type Receiver } from './receiver.ts'

type Comment = { readonly id: number; body: string }

const MARKER = '<!-- flux-compare:drift-report:prod-vs-staging -->'

/** Comments as GitHub and GitLab keep them: pages of a hundred, the first comment first. */
async function host(t: TestContext, comments: Comment[], base: string): Promise<Receiver> {
  return startReceiver(t, ({ method, path, body }, response) => {
    const { pathname, searchParams } = new URL(path, 'https://host.example')
    const [, id] = /\/(\d+)$/.exec(pathname) ?? []
    const answer = (code: number, value: unknown): void => {
      response.writeHead(code, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (method === 'GET' && pathname === base) {
      const page = Number(searchParams.get('page'))
      return answer(200, comments.slice(100 * (page - 1), 100 * page))
    }
    const text = (JSON.parse(body) as { body: string }).body
    if (method === 'POST' && pathname === base) {
      comments.push({ id: comments.length + 1, body: text })
      return answer(201, {})
    }
    const found = comments.find((comment) => comment.id === Number(id))
    if (!found) return answer(404, {})
    found.body = text
    return answer(200, found)
  })
}

async function send(receiver: Receiver, target: ChannelTarget<string>): Promise<SendOutcome> {
  const notifier = createNotifier({
    channel: () => ({ name: 'pr', allowHttp: false, allowPrivate: true, target }),
    now: () => 0,
    authorities: [receiver.authority],
  })
  return notifier.send({ id: 'm', channel: 'pr', report: everyday(), thread: null }, new AbortController().signal)
}

for (const [kind, base, part] of [
  ['github', '/api/v3/repos/my-org/my.repo/issues/7/comments', { repository: 'my-org/my.repo', pullRequest: 7 }],
  [
    'gitlab',
    '/api/v3/projects/group%2Fsub%2Fapp/merge_requests/7/notes',
    { project: 'group/sub/app', mergeRequest: 7 },
  ],
] as const) {
  const targetAt = ({ url }: Receiver) =>
    ({ kind, token: 'cnry', apiUrl: `${url}/api/v3/`, ...part }) as ChannelTarget<string>

  test(`${kind}: a comment is made, and then kept up to date, whatever stands around it`, async (t) => {
    const comments = [{ id: 1, body: `somebody quotes ${MARKER}` }]
    const receiver = await host(t, comments, base)
    assert.deepEqual(await send(receiver, targetAt(receiver)), { result: 'sent', reference: null })
    assert.deepEqual(await send(receiver, targetAt(receiver)), { result: 'sent', reference: null })
    assert.equal(comments.length, 2)
    assert.ok(comments[1]!.body.startsWith(`${MARKER}\n### production vs staging: 3 new`))
    assert.deepEqual(
      receiver.requests.map(({ method }) => method),
      ['GET', 'POST', 'GET', kind === 'github' ? 'PATCH' : 'PUT'],
    )
    const header = kind === 'github' ? 'authorization' : 'private-token'
    assert.match(String(receiver.requests[0]!.headers[header]), /cnry$/)
  })

  test(`${kind}: the comment is found on a later page`, async (t) => {
    const comments = Array.from({ length: 250 }, (_, index) => ({ id: index + 1, body: 'x'.repeat(1_000) }))
    comments[230]!.body = `${MARKER}\nold`
    const receiver = await host(t, comments, base)
    assert.deepEqual(await send(receiver, targetAt(receiver)), { result: 'sent', reference: null })
    assert.equal(comments.length, 250)
    assert.match(comments[230]!.body, /3 new/)
  })
}

test('a list that is no list, and one that is refused, make no comment', async (t) => {
  const target = ({ url }: Receiver): ChannelTarget<string> => ({
    kind: 'github',
    token: 'cnry',
    apiUrl: url,
    repository: 'o/r',
    pullRequest: 1,
  })
  const login = await startReceiver(t, (_request, response) => void response.end('<html>'))
  assert.deepEqual(await send(login, target(login)), { result: 'retry', reason: 'answer-invalid', afterMs: null })
  const refused = await startReceiver(t, (_request, response) => void response.writeHead(401).end())
  assert.deepEqual(await send(refused, target(refused)), {
    result: 'permanent',
    reason: 'unauthorized',
    disables: true,
  })
  assert.equal(login.requests.length + refused.requests.length, 2)
})
