import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ERRORS } from '../../src/model/errors.ts'
import { fleetCluster } from '../service/fleet.ts'
import type { OpenApi } from './openapi-answers.ts'
import { serveRig } from './serve-rig.ts'

const PAGE = readFileSync('docs/api.md', 'utf8')
const run = promisify(execFile)

test('every command of docs/api.md works', async (t) => {
  const clusters = [fleetCluster('staging'), fleetCluster('production', { replicas: 2 })]
  const { api } = await serveRig(t, { clusters })
  const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  const [setting, ...commands] = blocks
  assert.match(setting!, /^export FLUX_COMPARE_URL=/)
  assert.ok(commands.length >= 3)
  for (const text of commands) {
    for (const command of text.replaceAll('\\\n', ' ').trim().split('\n')) {
      const env = { ...process.env, FLUX_COMPARE_URL: api.url }
      const { stdout } = await run('sh', ['-c', command], { env })
      assert.ok(stdout.length > 0 || command.includes('format=name'), command)
    }
  }
  assert.deepEqual(api.faults, [])
})

test('every path that docs/api.md names is one of the document, and every call of the document is named', async (t) => {
  const { api } = await serveRig(t, { clusters: [fleetCluster('staging')] })
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi
  const shape = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}')
  const there = Object.keys(document.paths).map((path) => shape(path.replace('/api/v1', '')))
  const rows = [...PAGE.matchAll(/^\| (`(?:GET|POST) [^|]+) \|/gm)].flatMap(([, cell]) => pathsOf(cell!).map(shape))
  assert.ok(rows.length > 10)
  assert.deepEqual(
    rows.filter((path) => !there.includes(path)),
    [],
  )
  const shown = [...PAGE.matchAll(/\$FLUX_COMPARE_URL\/api\/v1(\/[^"?\s]*)/g)].map(([, path]) =>
    path!.replace('staging', '{}'),
  )
  const named = new Set([...rows, ...shown, '/healthz', '/readyz'])
  assert.deepEqual(
    there.filter((path) => !named.has(path)),
    [],
  )
})

/** `` `GET /a/{id}`, `/b` `` stands for /a/{id} and /a/{id}/b. */
function pathsOf(cell: string): string[] {
  const [first, ...more] = [...cell.matchAll(/`(?:(?:GET|POST) )?([^`]+)`/g)].map(([, path]) => path!)
  return [first!, ...more.map((path) => `${first!}${path}`)]
}

test('every code that the API documents is one of the error table, with its status', async (t) => {
  const { api } = await serveRig(t, { clusters: [fleetCluster('staging')] })
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi
  const told = Object.values(document.paths)
    .flatMap(Object.values)
    .flatMap(({ responses }) => Object.entries(responses as object))
  let count = 0
  for (const [status, { description }] of told as [string, { description: string }][]) {
    if (!/^[45]/.test(status)) continue
    for (const [, code] of description.matchAll(/`([\w-]+)`/g)) {
      assert.equal(ERRORS[code as keyof typeof ERRORS].status, Number(status), code)
      count += 1
    }
  }
  assert.ok(count > 100)
})
