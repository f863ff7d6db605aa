import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { backUp, restore } from '../../src/history/backup.ts'
import { openServiceHistory } from '../../src/history/service-history.ts'
import { comparedAt, driftOf as ledgerDriftOf } from '../service/ledger/ledger-fixtures.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { contextOf, recordReport, routeTo } from './report-fixtures.ts'
import { MIGRATIONS, open, plain, serviceIn, snapshotOf } from './fixtures.ts'

const OPTIONS = { migrations: MIGRATIONS, now: new Date('2026-11-21T07:30:00Z') }
const PODINFO = [{ name: 'podinfo' }, { name: 'redis' }]

test('a backup is taken while the service goes on, and holds what was stored until then', (t) => {
  const { history, path, folder } = serviceIn(t)
  const { snapshot } = snapshotOf('snap_1', PODINFO)
  history.saveSnapshot(snapshot)
  history.saveComparison(comparisonOf('run_1', [driftOf('podinfo', 1)]))
  const copy = join(folder, 'backup.db')
  const { bytes, ...counts } = backUp(path, copy, false)
  assert.deepEqual(counts, { snapshots: 1, comparisons: 1 })
  assert.equal(bytes, statSync(copy).size)
  assert.equal(statSync(copy).mode & 0o777, 0o600)
  history.saveSnapshot(snapshotOf('snap_2', PODINFO).snapshot)
  const kept = open(copy)
  t.after(() => kept.close())
  assert.deepEqual(plain(kept.loadSnapshot(null, { id: 'snap_1' })!), plain(snapshot))
  assert.equal(kept.loadSnapshot(null, { id: 'snap_2' }), null)
})

test('a backup holds what was reported, and what still has to be sent', (t) => {
  const { history, path, folder } = serviceIn(t)
  recordReport(history, comparedAt(1, [ledgerDriftOf('a')]), contextOf([routeTo('team')]))
  const copy = join(folder, 'backup.db')
  const restored = join(folder, 'restored.db')
  backUp(path, copy, false)
  restore(copy, restored, OPTIONS)
  const again = openServiceHistory({ path: restored, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => again.close())
  assert.deepEqual(again.reportDocument('report_1'), history.reportDocument('report_1'))
  assert.deepEqual(again.pendingDelivery('msg+report_1+team'), history.pendingDelivery('msg+report_1+team'))
  assert.equal(again.deliveryCounts().pending, 1)
})

test('a file that is there is replaced only where that is asked for', (t) => {
  const { history, path, folder } = serviceIn(t)
  history.saveSnapshot(snapshotOf('snap_1', PODINFO).snapshot)
  const copy = join(folder, 'backup.db')
  writeFileSync(copy, 'something of mine')
  assert.throws(() => backUp(path, copy, false), { code: 'input-invalid', message: new RegExp(copy) })
  assert.equal(readFileSync(copy, 'utf8'), 'something of mine')
  assert.equal(backUp(path, copy, true).snapshots, 1)
  symlinkSync(path, join(folder, 'link.db'))
  assert.throws(() => backUp(path, join(folder, 'link.db'), true), { code: 'input-invalid', message: /history itself/ })
})

test('a backup that fails leaves nothing behind', (t) => {
  const { history, path, folder } = serviceIn(t)
  const missing = join(folder, 'nowhere', 'backup.db')
  assert.throws(() => backUp(path, missing, false), { code: 'history-unavailable', message: new RegExp(missing) })
  assert.throws(() => backUp(join(folder, 'none.db'), join(folder, 'x.db'), false), { code: 'history-unavailable' })
  const objects = Array.from({ length: 200 }, (_, index) => ({ name: `app-${index}` }))
  history.saveSnapshot(snapshotOf('snap_1', objects).snapshot)
  history.close()
  damage(path)
  assert.throws(() => backUp(path, join(folder, 'x.db'), false), { code: 'history-corrupt' })
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('x.db') || name.includes('unfinished')),
    [],
  )
})

test('a backup comes into the place of the history, which is kept', (t) => {
  const { history, path, folder } = serviceIn(t)
  const { snapshot } = snapshotOf('snap_1', PODINFO)
  history.saveSnapshot(snapshot)
  const copy = join(folder, 'backup.db')
  backUp(path, copy, false)
  history.saveSnapshot(snapshotOf('snap_2', PODINFO).snapshot)
  history.close()
  const { replaced, snapshots } = restore(copy, path, OPTIONS)
  assert.deepEqual([replaced, snapshots], [`${path}.replaced-2026-11-21T073000.000Z`, 1])
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const restored = open(path)
  t.after(() => restored.close())
  assert.deepEqual(plain(restored.loadSnapshot('production', 'latest')!), plain(snapshot))
  const before = open(replaced!)
  t.after(() => before.close())
  assert.equal(before.loadSnapshot('production', 'latest')?.id, 'snap_2')
})

test('a backup is restored where there is no history, or a damaged one with a log of its own', (t) => {
  const { history, path, folder } = serviceIn(t)
  history.saveSnapshot(snapshotOf('snap_1', PODINFO).snapshot)
  const copy = join(folder, 'backup.db')
  backUp(path, copy, false)
  const elsewhere = join(folder, 'new', 'history.db')
  assert.equal(restore(copy, elsewhere, OPTIONS).replaced, null)
  assert.equal(statSync(join(folder, 'new')).mode & 0o777, 0o700)
  const damaged = join(folder, 'damaged.db')
  writeFileSync(damaged, 'not a database at all'.repeat(1_000))
  writeFileSync(`${damaged}-wal`, 'of another time'.repeat(1_000))
  const { replaced } = restore(copy, damaged, OPTIONS)
  assert.ok(readFileSync(replaced!, 'utf8').startsWith('not a database'))
  for (const file of [elsewhere, damaged]) {
    const restored = open(file)
    t.after(() => restored.close())
    assert.equal(restored.loadSnapshot('production', 'latest')?.id, 'snap_1')
  }
})

test('nothing is restored over a history that is in use', (t) => {
  const { history, path, folder } = serviceIn(t)
  history.saveSnapshot(snapshotOf('snap_1', PODINFO).snapshot)
  const copy = join(folder, 'backup.db')
  backUp(path, copy, false)
  history.saveSnapshot(snapshotOf('snap_2', PODINFO).snapshot)
  assert.throws(() => restore(copy, path, OPTIONS), { code: 'history-unavailable', message: /belongs to the service/ })
  history.close()
  const command = open(path)
  assert.throws(() => restore(copy, path, OPTIONS), { code: 'history-unavailable', message: /in use/ })
  assert.equal(command.loadSnapshot('production', 'latest')?.id, 'snap_2')
  command.close()
  assert.equal(restore(copy, path, OPTIONS).snapshots, 1)
})

test('what is no sound backup of a known version changes nothing', (t) => {
  const { history, path, folder } = serviceIn(t)
  const objects = Array.from({ length: 200 }, (_, index) => ({ name: `app-${index}` }))
  history.saveSnapshot(snapshotOf('snap_1', objects).snapshot)
  const file = (name: string): string => join(folder, name)
  for (const name of ['damaged.db', 'newer.db', 'dangling.db']) backUp(path, file(name), false)
  damage(file('damaged.db'))
  change(file('newer.db'), 'PRAGMA user_version = 99')
  change(file('dangling.db'), 'PRAGMA foreign_keys = OFF; UPDATE snapshots SET header = 99999')
  change(file('other.db'), 'CREATE TABLE recipes (name text)')
  writeFileSync(file('text.db'), 'a shopping list '.repeat(100))
  writeFileSync(file('empty.db'), '')
  history.close()
  const before = readFileSync(path)
  const refused = (name: string): string => {
    try {
      restore(file(name), path, OPTIONS)
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'not told'
    }
    return 'restored'
  }
  assert.equal(refused('damaged.db'), 'history-corrupt')
  assert.equal(refused('dangling.db'), 'history-corrupt')
  assert.equal(refused('text.db'), 'history-corrupt')
  assert.equal(refused('newer.db'), 'history-unavailable')
  assert.equal(refused('other.db'), 'history-unavailable')
  assert.equal(refused('empty.db'), 'history-unavailable')
  assert.equal(refused('missing.db'), 'history-unavailable')
  assert.deepEqual(readFileSync(path), before)
  assert.equal(existsSync(file('missing.db')), false)
})

function damage(path: string): void {
  const bytes = readFileSync(path)
  for (let page = 1; page * 8192 < bytes.length; page += 1) bytes.fill(0xa5, page * 8192, page * 8192 + 4096)
  writeFileSync(path, bytes)
}

function change(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}
