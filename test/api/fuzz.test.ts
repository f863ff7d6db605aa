import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERRORS, type ErrorCode } from '../../src/model/errors.ts'
import { fleetCluster } from '../service/fleet.ts'
import { requestsFor } from './fuzz-requests.ts'
import { checkAnswer, type OpenApi } from './openapi-answers.ts'
import { sendRaw, type RawAnswer } from './raw-request.ts'
import { fillRig, NAMED, serveRig, TOLD } from './serve-rig.ts'

const RUNS = 200
const SEED = 20261121
/** Node answers this itself, with nothing but the status, where the request line is too long for it. */
const TOO_LONG = 431

test('every call answers whatever it is sent, as it says it does', async (t) => {
  const limits = { requestsPerMinute: 1_000_000 }
  const clusters = [fleetCluster('staging'), fleetCluster('production', { replicas: 2 })]
  const { api, rig } = await serveRig(t, { clusters, ...TOLD, limits: { queueDepth: 50 } }, { limits })
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi
  const { finished, waiting, snapshots, jobs, drifts, reports } = await fillRig(rig)
  const object = { kind: ['HelmRelease', 'hr'], namespace: ['a'], name: ['shop'] }
  const told = { report: reports, channel: ['team', 'alerts'], definition: [NAMED], schedule: [NAMED, 'asked'] }
  const known = { comparison: [finished, waiting], snapshot: snapshots, job: jobs, drift: drifts, ...object, ...told }
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const statuses = new Map<number, number>()
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      await t.test(operation.operationId, async () => {
        const requests = requestsFor(document, { path, method, operation }, known)
        const property = fc.asyncProperty(requests, async (request) => {
          const answer = await sendRaw(agent, api.port, request)
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
          checkSane(answer)
          const isThisCall = request.method === method.toUpperCase() && pathMatches(path, request.path)
          if (isThisCall && answer.status !== TOO_LONG) await checkAnswer(document, operation, responseOf(answer))
        })
        await fc.assert(property, { numRuns: RUNS, seed: SEED })
        assert.deepEqual(api.faults, [])
        await rig.work()
      })
    }
  }
  for (const status of [200, 202, 400, 404, 405, 406, 413, 415]) {
    assert.ok(
      (statuses.get(status) ?? 0) >= 5,
      `the requests got ${status} too rarely: ${JSON.stringify([...statuses])}`,
    )
  }
})

function checkSane({ status, headers, text }: RawAnswer): void {
  assert.ok(status >= 200 && status < 500, `${status}: ${text}`)
  if (status < 400 || status === TOO_LONG) return
  assert.equal(headers.get('content-type'), 'application/problem+json', text)
  if (text === '') return
  const problem = JSON.parse(text) as { code: ErrorCode; status: number; hint: string; requestId: string }
  assert.equal(ERRORS[problem.code].status, status)
  assert.equal(problem.status, status)
  assert.equal(problem.requestId, headers.get('x-request-id'))
  assert.ok(problem.hint.length > 10)
}

function pathMatches(path: string, sent: string): boolean {
  const pattern = path.replaceAll(/\{\w+\}/g, '(?!(?:\\.|%2e){1,2}(?:[/?]|$))[^/?]+')
  return new RegExp(`^${pattern}(?:\\?|$)`).test(sent)
}

function responseOf({ status, headers, text }: RawAnswer): Response {
  return new Response([204, 304].includes(status) ? null : text, { status, headers })
}
