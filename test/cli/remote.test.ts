import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { bothWays } from './both-ways.ts'

const { flux, here, there: remote } = bothWays(demoFleet())

/** Ids, times and the names of keys differ from run to run. */
function steady(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
}

test('compare prints what it prints without a service', async () => {
  const [served, direct] = await Promise.all([
    remote('staging', 'production'),
    here('staging', 'production', '--no-history'),
  ])
  assert.equal(served.err, '')
  assert.equal(steady(served.out), steady(direct.out))
  assert.deepEqual([served.code, direct.code], [1, 1])
})

test('a snapshot is taken by the service, and shown and listed from there', async () => {
  const taken = await remote('snapshot', 'staging')
  assert.deepEqual([taken.code, taken.err], [0, ''])
  const id = /snap_\w+/.exec(taken.out)![0]
  const shown = await remote('show', id, '-o', 'json')
  assert.equal((JSON.parse(shown.out) as { id: string }).id, id)
  const listed = await remote('history', 'staging', '-o', 'name')
  assert.match(listed.out, new RegExp(`^${id}$`, 'm'))
})

test('kept snapshots that are young enough are compared without taking new ones', async () => {
  await remote('snapshot', 'staging')
  await remote('snapshot', 'production')
  const before = (await remote('history', '-o', 'json')).out
  const compared = await remote('staging', 'production', '--max-age', '1h', '-o', 'json')
  assert.equal((JSON.parse(compared.out) as { verdict: string }).verdict, 'drifted')
  const after = (await remote('history', '-o', 'json')).out
  const count = (text: string): number => (JSON.parse(text) as { snapshots: unknown[] }).snapshots.length
  assert.equal(count(after), count(before))
  const id = /"id":\s*"(run_\w+)"/.exec(compared.out)![1]!
  assert.match((await remote('show', id)).out, /production against staging/)
})

test('clusters lists those of the service', async () => {
  const { code, out } = await remote('clusters')
  assert.equal(code, 0)
  assert.match(out, /^NAME +KUBERNETES +FLUX +LAST SNAPSHOT +ANSWERS\n/)
  assert.match(out, /^edge /m)
})

test('what the service refuses is told with its own words and hint', async () => {
  const { code, out, err } = await remote('staging', 'prodution')
  assert.deepEqual([code, out], [2, ''])
  assert.match(err, /error: .*prodution.*\nhint: /)
})

test('flags that belong to the service are refused, and files too', async () => {
  const config = await remote('staging', 'production', '--kubeconfig', 'x')
  assert.match(config.err, /error: --kubeconfig has no meaning with --server/)
  const file = await remote('staging', 'file:x')
  assert.match(file.err, /error: file:x cannot be compared with --server/)
})

test('an address without a service, and one that is none', async () => {
  const gone = await flux({}, 'clusters', '--server', 'http://127.0.0.1:9')
  assert.match(gone.err, /error: the service at 127\.0\.0\.1:9 does not answer\nhint: .*healthz/)
  assert.match((await flux({}, 'clusters', '--server', 'ftp://x')).err, /error: --server is no http or https address/)
  const secret = await flux({}, 'clusters', '--server', 'https://me:CANARY@x')
  assert.match(secret.err, /error: --server holds more than an address\nhint: .*FLUX_COMPARE_TOKEN/)
  assert.doesNotMatch(secret.err, /CANARY/)
})

test('a token is sent to the address that was given, and follows no redirect', async (t) => {
  const seen: (string | undefined)[] = []
  const other = await listening((authorization) => seen.push(`other ${authorization}`), null)
  const first = await listening((authorization) => seen.push(authorization), other.url)
  t.after(() => {
    other.server.close()
    first.server.close()
  })
  const { code, err } = await flux({ FLUX_COMPARE_TOKEN: 'CANARY-token' }, 'clusters', '--server', first.url)
  assert.equal(code, 2)
  assert.deepEqual(seen, ['Bearer CANARY-token'])
  assert.doesNotMatch(err, /CANARY/)
})

async function listening(
  hear: (authorization: string | undefined) => void,
  redirect: string | null,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    hear(request.headers.authorization)
    response.writeHead(redirect ? 302 : 200, redirect ? { location: redirect } : {}).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
