import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { connect } from '../../src/history/connect.ts'
import { openHistory } from '../../src/history/open.ts'
import { defaultHistoryPath } from '../../src/history/paths.ts'
import { guarded } from '../../src/history/sqlite-errors.ts'
import { historyIn, MIGRATIONS, open, plain, snapshotOf, temporaryFolder } from './fixtures.ts'

test('the file and its folder are made for their owner alone', (t) => {
  const { path, folder } = historyIn(t)
  assert.equal(statSync(join(folder, 'state')).mode & 0o777, 0o700)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a new history is written directly, and to a log from when it is opened again, also by who began', (t) => {
  const { history, path } = historyIn(t)
  history.saveSnapshot(snapshotOf('snap_1', [{ name: 'a' }]).snapshot)
  assert.deepEqual([existsSync(`${path}-wal`), existsSync(`${path}-journal`)], [false, false])
  const again = open(path)
  t.after(() => again.close())
  again.saveSnapshot(snapshotOf('snap_2', [{ name: 'a' }]).snapshot)
  const log = statSync(`${path}-wal`)
  assert.equal(log.mode & 0o777, 0o600)
  history.saveSnapshot(snapshotOf('snap_3', [{ name: 'b' }]).snapshot)
  assert.ok(statSync(`${path}-wal`).size > log.size)
  assert.equal(again.loadSnapshot('production', 'latest')?.id, 'snap_3')
})

test('a connection is durable, checks references and waits for others', (t) => {
  const db = connect(join(temporaryFolder(t), 'history.db'))
  t.after(() => db.close())
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal')
  assert.equal(db.pragma('synchronous', { simple: true }), 2)
  assert.equal(db.pragma('foreign_keys', { simple: true }), 1)
  assert.equal(db.pragma('busy_timeout', { simple: true }), 15_000)
})

test('what was kept is there when the history is opened again', (t) => {
  const { history, path } = historyIn(t)
  const { snapshot } = snapshotOf('snap_1', [{ name: 'podinfo' }])
  history.saveSnapshot(snapshot)
  history.close()
  const again = open(path)
  t.after(() => again.close())
  assert.deepEqual(plain(again.loadSnapshot('production', 'latest')!), plain(snapshot))
})

test('a file that is no database is left alone and named', (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const garbage = 'this is a shopping list, not a database\n'.repeat(200)
  writeFileSync(path, garbage)
  assert.throws(() => open(path), { code: 'history-corrupt', message: new RegExp(path) })
  assert.equal(readFileSync(path, 'utf8'), garbage)
})

test('a database whose pages were overwritten is told as damaged', (t) => {
  const { history, path } = historyIn(t)
  const objects = Array.from({ length: 200 }, (_, index) => ({ name: `app-${index}` }))
  history.saveSnapshot(snapshotOf('snap_1', objects).snapshot)
  history.close()
  const bytes = readFileSync(path)
  for (let page = 1; page * 8192 < bytes.length; page += 1) bytes.fill(0xa5, page * 8192, page * 8192 + 4096)
  writeFileSync(path, bytes)
  assert.throws(
    () => {
      const damaged = open(path)
      t.after(() => damaged.close())
      damaged.loadSnapshot('production', 'latest')
    },
    { code: 'history-corrupt', message: new RegExp(path) },
  )
})

test('a database of another program is refused and not changed', (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const other = new Database(path)
  other.exec('CREATE TABLE recipes (name TEXT); PRAGMA user_version = 1')
  other.close()
  const before = readFileSync(path)
  assert.throws(() => open(path), { code: 'history-unavailable', message: /another program/ })
  assert.deepEqual(readFileSync(path), before)
})

test('a database that a newer program wrote is refused and not changed', (t) => {
  const { history, path } = historyIn(t)
  history.close()
  const newer = new Database(path)
  newer.pragma('user_version = 99')
  newer.close()
  assert.throws(() => open(path), { code: 'history-unavailable', message: /newer flux-compare/ })
})

test('a folder that cannot be made, and a path that is a folder, are told with the path', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'file'), '')
  const below = join(folder, 'file', 'state', 'history.db')
  assert.throws(() => open(below), { code: 'history-unavailable', message: new RegExp(below) })
  mkdirSync(join(folder, 'directory'))
  assert.throws(() => open(join(folder, 'directory')), { code: 'history-unavailable' })
})

test('each refusal of SQLite has its meaning', () => {
  const told = (code: string): string => {
    try {
      return guarded('/state/history.db', () => {
        throw new Database.SqliteError('text of SQLite', code)
      })
    } catch (error) {
      return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : 'not told'
    }
  }
  assert.equal(
    told('SQLITE_FULL'),
    'history-unavailable: the history /state/history.db could not be written, the disk is full; nothing was stored (SQLITE_FULL)',
  )
  assert.match(told('SQLITE_BUSY_RECOVERY'), /^history-unavailable: .* in use by another process/)
  assert.match(told('SQLITE_READONLY_DIRECTORY'), /^history-unavailable: .* may not be written/)
  assert.match(told('SQLITE_IOERR_WRITE'), /^history-unavailable: /)
  assert.match(told('SQLITE_CORRUPT_VTAB'), /^history-corrupt: .* is damaged/)
  assert.match(told('SQLITE_NOTADB'), /^history-corrupt: .* is not a database/)
})

test('an upgrade keeps every row and first takes a copy', (t) => {
  const { history, path, folder } = historyIn(t)
  const { snapshot } = snapshotOf('snap_1', [{ name: 'podinfo' }])
  history.saveSnapshot(snapshot)
  history.close()
  const migrations = withMigration(folder, 'ALTER TABLE snapshots ADD COLUMN note text;')
  const upgraded = openHistory({ path, migrations, engine: '1.0.0' })
  assert.deepEqual(plain(upgraded.loadSnapshot('production', 'latest')!), plain(snapshot))
  upgraded.close()
  assert.equal(versionOf(path), 2)
  assert.equal(statSync(`${path}.v1.bak`).mode & 0o777, 0o600)
  const copy = open(`${path}.v1.bak`)
  t.after(() => copy.close())
  assert.deepEqual(plain(copy.loadSnapshot('production', 'latest')!), plain(snapshot))
})

test('an upgrade that fails half-way changes nothing', (t) => {
  const { history, path, folder } = historyIn(t)
  history.saveSnapshot(snapshotOf('snap_1', [{ name: 'podinfo' }]).snapshot)
  history.close()
  const broken = withMigration(folder, 'ALTER TABLE snapshots ADD COLUMN note text; INSERT INTO nowhere VALUES (1);')
  assert.throws(() => openHistory({ path, migrations: broken, engine: '1.0.0' }), { code: 'history-corrupt' })
  assert.equal(versionOf(path), 1)
  const same = open(path)
  t.after(() => same.close())
  assert.equal(same.listSnapshots({ cluster: null, limit: 9 }).length, 1)
  assert.equal(existsSync(`${path}.v1.bak.${process.pid}`), false)
})

test('the default path follows the XDG base directories', () => {
  assert.equal(defaultHistoryPath({ XDG_STATE_HOME: '/state' }), '/state/flux-compare/history.db')
  assert.equal(defaultHistoryPath({ HOME: '/home/ada' }), '/home/ada/.local/state/flux-compare/history.db')
  assert.equal(
    defaultHistoryPath({ HOME: '/home/ada', XDG_STATE_HOME: 'relative' }),
    '/home/ada/.local/state/flux-compare/history.db',
  )
})

function withMigration(folder: string, sql: string): string {
  const migrations = join(folder, 'migrations')
  cpSync(MIGRATIONS, migrations, { recursive: true })
  writeFileSync(join(migrations, '9999_next.sql'), sql)
  return migrations
}

function versionOf(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return db.pragma('user_version', { simple: true })
  } finally {
    db.close()
  }
}
