import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { createFingerprintKey } from '../../src/flux/fingerprint.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { SnapshotJobRecord } from '../../src/service/runs.ts'
import { recordHandover, type Recorded } from '../../src/workers/record-snapshot.ts'
import { createSnapshotTaker } from '../../src/workers/snapshot-taker.ts'
import { encodeSnapshot } from '../../src/workers/snapshot-codec.ts'
import { collectFrom, KEY, SHOP } from '../clusters/collect-support.ts'
import { configMap, startOne } from '../clusters/support.ts'
import { serviceIn } from '../history/fixtures.ts'

const CLOCK = { now: () => new Date('2026-11-21T12:00:30Z') }

function issue(history: ServiceHistory, id: string): SnapshotJobRecord {
  const asked = { id, cluster: 'staging', pool: 'default', requestedBy: 'ada', idempotency: null }
  history.createJob(asked, '2026-11-21T12:00:00Z')
  return history.reissueJob(id)!
}

function record(
  history: ServiceHistory,
  job: SnapshotJobRecord,
  parts: readonly Uint8Array[],
  keyId = KEY.id,
): Recorded {
  const task = { job: job.id, fence: job.fence, cluster: 'staging' }
  return recordHandover(task, parts, { store: history, keyId, clock: CLOCK })
}

async function shop(t: TestContext, id = 'snap_1'): Promise<Snapshot> {
  return { ...(await collectFrom(t, await startOne(t, { objects: SHOP }))), id }
}

test('a handover is stored once, whatever comes after it', async (t) => {
  const { history } = serviceIn(t)
  const { parts } = encodeSnapshot(await shop(t), null)
  const job = issue(history, 'job_1')
  const recorded = record(history, job, parts)
  assert.ok(recorded.outcome === 'recorded')
  assert.deepEqual([recorded.snapshot.id, recorded.objects, recorded.seconds], ['snap_1', 5, 30])
  assert.deepEqual(record(history, job, parts), { outcome: 'refused' })
  assert.equal(history.job('job_1')?.phase, 'done')
  assert.equal(history.snapshotPage({ clusters: null }, { limit: 10, cursor: null }).items.length, 1)
})

test('a result of an earlier issue is refused', async (t) => {
  const { history } = serviceIn(t)
  const { parts } = encodeSnapshot(await shop(t), null)
  const job = issue(history, 'job_1')
  history.reissueJob('job_1')
  assert.deepEqual(record(history, job, parts), { outcome: 'refused' })
  assert.equal(history.job('job_1')?.phase, 'queued')
})

test('a snapshot under another key is stored as a cluster that could not be read', async (t) => {
  const { history } = serviceIn(t)
  const { parts } = encodeSnapshot(await shop(t), null)
  const other = createFingerprintKey(randomBytes(32)).id
  record(history, issue(history, 'job_1'), parts, other)
  const kept = history.keptSnapshot('snap_1')!
  assert.equal(kept.error?.code, 'key-mismatch')
  assert.match(
    kept.error.message,
    new RegExp(`cluster staging: the collector masks under the key ${KEY.id}, the service has ${other}`),
  )
  assert.deepEqual([kept.entries, kept.coverage, history.job('job_1')?.phase], [[], [], 'failed'])
  assert.equal(history.lastManifest('staging'), null)
})

test('another cluster behind the same name is told, not compared with the first', async (t) => {
  const { history } = serviceIn(t)
  const first = await shop(t)
  record(history, issue(history, 'job_1'), encodeSnapshot(first, null).parts)
  const second = { ...first, id: 'snap_2', uid: 'another-uid' }
  record(history, issue(history, 'job_2'), encodeSnapshot(second, null).parts)
  assert.equal(history.keptSnapshot('snap_2')?.error?.code, 'identity-changed')
  assert.equal(history.newestSnapshots([{ cluster: 'staging', namespaces: null }])[0]?.lastGood?.id, 'snap_1')
})

test('a snapshot of another cluster than the job names is refused', async (t) => {
  const { history } = serviceIn(t)
  const { parts } = encodeSnapshot({ ...(await shop(t)), cluster: 'production' }, null)
  assert.throws(() => record(history, issue(history, 'job_1'), parts), { code: 'handover-invalid' })
})

test('a second snapshot of the same collector brings the changed objects alone', async (t) => {
  const { history } = serviceIn(t)
  const cluster = await startOne(t, { objects: SHOP })
  let taken = 0
  const take = createSnapshotTaker(() => ({
    collect: async (request) => {
      taken += 1
      const { known, scope } = request
      return { ...(await collectFrom(t, cluster, { lookUp: known, scope })), id: `snap_${taken}` }
    },
  }))
  const next = async (id: string, base: string | null): Promise<{ recorded: Recorded; bytes: number }> => {
    const { parts } = await take('staging', base, new AbortController().signal, () => undefined)
    return { recorded: record(history, issue(history, id), parts), bytes: Buffer.concat([...parts]).byteLength }
  }
  await next('job_1', null)
  const base = history.lastManifest('staging')!.digest
  cluster.apply(configMap('shop-values', 'apps', { 'values.yaml': 'replicas: 3\n' }))
  const second = await next('job_2', base)
  assert.equal(second.recorded.outcome, 'recorded')
  const values = history.keptSnapshot('snap_2')!.entries.find(({ ref }) => ref.name === 'shop-values')!
  assert.match(JSON.stringify(history.keptSnapshot('snap_2')!.body(values.digest)), /replicas: 3/)
  const whole = await next('job_3', null)
  assert.equal(whole.recorded.outcome, 'recorded')
  assert.ok(second.bytes < whole.bytes, `${second.bytes} < ${whole.bytes}`)
})

test('a delta on a snapshot that is not kept here asks for the whole one', async (t) => {
  const { history } = serviceIn(t)
  const snapshot = await shop(t)
  const base = { manifest: 'sha256:gone', digests: new Set(snapshot.entries.map(({ digest }) => digest)) }
  const job = issue(history, 'job_1')
  assert.deepEqual(record(history, job, encodeSnapshot(snapshot, base).parts), { outcome: 'base-missing' })
  assert.equal(history.job('job_1')?.phase, 'queued')
})
