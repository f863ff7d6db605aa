import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fleetCluster } from '../service/fleet.ts'
import { codeOf } from './openapi-answers.ts'
import { serveApi } from './serve-api.ts'
import { fillRig, rigOfFile } from './serve-rig.ts'

// Nobody works for these: a job that waits goes on waiting, so that its stream stays open.
const rig = await rigOfFile({ clusters: [fleetCluster('staging'), fleetCluster('production')] })
const { finished, jobs } = await fillRig(rig)
const doneJob = rig.history.run(finished)!.sides[0]!.job

test('events tell the state now and end with the job; who had the end is told to stop', async (t) => {
  const api = await serveApi(rig.service, {}, t)
  const url = `${api.url}/api/v1/jobs/${doneJob}/events`
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const [done, more] = (await response.text()).trim().split('\n\n').map(fieldsOf)
  assert.deepEqual([done!['event'], done!['id'], more], ['done', 'last', undefined])
  const job = JSON.parse(done!['data']!) as Record<string, unknown>
  assert.deepEqual([job['kind'], job['id'], job['phase'], 'fence' in job], ['SnapshotJob', doneJob, 'done', false])
  assert.equal((await fetch(url, { headers: { 'last-event-id': 'last' } })).status, 204)
  assert.equal(await codeOf(await fetch(`${api.url}/api/v1/jobs/job_0/events`)), 'not-found')
})

function fieldsOf(event: string): Record<string, string> {
  return Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
}

test('event streams are counted, kept alive, and end with their caller or the service', async (t) => {
  const api = await serveApi(rig.service, { limits: { eventStreams: 2, heartbeatMs: 5 } }, t)
  const open = async (): Promise<[Response, AbortController]> => {
    const controller = new AbortController()
    return [await fetch(`${api.url}/api/v1/jobs/${jobs[0]}/events`, { signal: controller.signal }), controller]
  }
  const [first, firstCaller] = await open()
  const [second] = await open()
  assert.equal(await codeOf((await open())[0]), 'rate-limited')
  const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  while (!seen.includes(': heartbeat\n\n')) seen += (await reader.read()).value
  firstCaller.abort()
  let [third] = await open()
  while (third.status === 429) [third] = await open()
  assert.equal(third.status, 200)
  api.stop()
  assert.match(await second.text(), /^event: progress\n/)
  await third.text()
  const late = await fetch(`${api.url}/api/v1/jobs/${jobs[0]}/events`)
  assert.deepEqual([late.status, await codeOf(late)], [503, 'interrupted'])
})
