import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { open, plain, snapshotOf, temporaryFolder } from './fixtures.ts'

const WRITER = resolve('test/history/save-in-a-loop.ts')

test('commands that start together wait for each other: each snapshot of each is kept', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const clusters = ['staging', 'production', 'edge']
  await Promise.all(
    clusters.map(async (cluster) => {
      const writer = startWriter(path, cluster, 5)
      const [code] = await once(writer, 'exit')
      assert.equal(code, 0)
    }),
  )
  const history = open(path)
  t.after(() => history.close())
  for (const cluster of clusters) {
    assert.equal(history.listSnapshots({ cluster, limit: 99 }).length, 5)
    plain(history.loadSnapshot(cluster, 'latest')!)
  }
})

test('a writer that is killed leaves every snapshot that it stored, whole, and no part of another', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  for (const [round, after] of [3, 8, 13].entries()) {
    const writer = startWriter(path, `cluster-${round}`, 1_000_000)
    const told: string[] = []
    for await (const line of createInterface({ input: writer.stdout! })) {
      told.push(line)
      if (told.length === after) writer.kill('SIGKILL')
    }
    const history = open(path)
    const kept = history.listSnapshots({ cluster: `cluster-${round}`, limit: 1_000 })
    assert.ok(kept.length === told.length || kept.length === told.length + 1)
    assert.deepEqual(
      kept
        .map(({ id }) => id)
        .toReversed()
        .slice(0, told.length),
      told,
    )
    for (const { id, cluster } of kept) assert.equal(plain(history.loadSnapshot(cluster, { id })!)['id'], id)
    history.saveSnapshot(snapshotOf(`snap_after_${round}`, [{ name: 'a' }]).snapshot)
    history.close()
  }
  const db = new Database(path, { readonly: true })
  t.after(() => db.close())
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
})

test('a full disk stores nothing of the snapshot and keeps what was there', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const history = open(path)
  t.after(() => history.close())
  history.saveSnapshot(snapshotOf('snap_1', [{ name: 'a' }]).snapshot)
  const writer = spawn('/bin/sh', ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, WRITER, path, 'full', '50'])
  const errors: string[] = []
  writer.stderr.on('data', (chunk) => errors.push(String(chunk)))
  const told = createInterface({ input: writer.stdout })
  const ids: string[] = []
  for await (const line of told) ids.push(line)
  assert.match(errors.join(''), /history-unavailable/)
  assert.ok(ids.length < 50)
  assert.deepEqual(
    history
      .listSnapshots({ cluster: 'full', limit: 99 })
      .map(({ id }) => id)
      .toReversed(),
    ids,
  )
  for (const id of ids) plain(history.loadSnapshot('full', { id })!)
  history.saveSnapshot(snapshotOf('snap_2', [{ name: 'a' }]).snapshot)
  assert.equal(history.loadSnapshot('production', 'latest')?.id, 'snap_2')
})

function startWriter(path: string, cluster: string, rounds: number): ChildProcess {
  return spawn(process.execPath, [WRITER, path, cluster, String(rounds)], { stdio: ['ignore', 'pipe', 'inherit'] })
}
