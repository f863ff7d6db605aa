import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Comparison } from '../../src/model/comparison.ts'
import { ask, startProcess } from './service-process.ts'

const run = promisify(execFile)
const LIMITS = { timeout: 180_000 }
const DOCUMENTED = 'http://127.0.0.1:8080'

/** The calls by curl in the blocks of a page, in their order, each in one line. */
function callsOf(page: string): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  const lines = blocks.flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'))
  return lines.filter((line) => line.startsWith('curl '))
}

test('every call by curl that the documents show works on the served demo fleet', LIMITS, async (t) => {
  const service = await startProcess({
    args: ['demo', '--serve', '--listen', '127.0.0.1:0'],
    env: { TMPDIR: tmpdir() },
  })
  t.after(() => service.end('SIGKILL'))
  const env = { PATH: process.env['PATH'] ?? '', FLUX_COMPARE_URL: service.url, TOKEN: 'any' }
  for (const page of ['README.md', 'docs/api.md', 'docs/deployment.md']) {
    const calls = callsOf(page)
    assert.ok(calls.length > 0, page)
    for (const call of calls) {
      const command = call.replaceAll(DOCUMENTED, service.url).replace(/^curl /, 'curl --silent --fail ')
      const { stdout } = await run('sh', ['-c', command], { env, maxBuffer: 64 * 1024 * 1024 })
      assert.ok(stdout.length > 0, call)
    }
  }
  const pair = 'baseline=staging&target=production'
  const { body } = await ask<Comparison>(`${service.url}/api/v1/compare?${pair}`)
  assert.ok(body.summary.expected > 0 && body.summary.parametric > 0, 'rules and parameters of the demo apply')
  assert.equal(await service.end('SIGTERM'), 0)
})
