import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ERRORS, type ErrorCode } from '../../src/model/errors.ts'
import { fakeService } from './fake-service.ts'
import { requestsFor } from './fuzz-requests.ts'
import { checkAnswer, type OpenApi } from './openapi-answers.ts'
import { sendRaw, type RawAnswer } from './raw-request.ts'
import { serveApi } from './serve-api.ts'

const RUNS = 200
/** Node answers this itself, with nothing but the status, where the request line is too long for it. */
const TOO_LONG = 431

const api = await serveApi(fakeService(), { limits: { requestsPerMinute: 1_000_000 } })
const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi
const agent = new Agent({ keepAlive: true })
after(() => agent.destroy())

const known = { comparison: ['run_1', 'run_2'], snapshot: ['snap_1'], job: ['job_1'] }

for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    test(`${operation.operationId} answers whatever it is sent, as it says it does`, async () => {
      const requests = requestsFor(document, { path, method, operation }, known)
      const property = fc.asyncProperty(requests, async (request) => {
        const answer = await sendRaw(agent, api.port, request)
        checkSane(answer)
        const isThisCall = request.method === method.toUpperCase() && pathMatches(path, request.path)
        if (isThisCall && answer.status !== TOO_LONG) await checkAnswer(document, operation, responseOf(answer))
      })
      await fc.assert(property, { numRuns: RUNS, seed: 20261121 })
      assert.deepEqual(api.faults, [])
    })
  }
}

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
