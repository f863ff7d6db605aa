import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openHistory } from '../../src/history/open.ts'
import { openHistoryReader, openServiceHistory, type ServiceHistory } from '../../src/history/service-history.ts'
import { MIGRATIONS, open, serviceIn, snapshotOf, temporaryFolder } from './fixtures.ts'

const OWNER = resolve('test/history/own-database.ts')

test('a second service refuses the database and names the process that has it', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const owner = await startOwner(t, path)
  const owned = new RegExp(`belongs to the service that runs as process ${owner.pid} on ${hostname()}`)
  assert.throws(() => openService(t, path), { code: 'history-unavailable', message: owned, hint: /history\.path/ })
})

test('the lock of a killed service is free at once, and what it left names nobody', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const first = await startOwner(t, path)
  await kill(first)
  assert.equal(existsSync(`${path}.owner`), true)
  const second = await startOwner(t, path)
  await kill(second)
  const command = open(path)
  assert.throws(() => openService(t, path), { code: 'history-unavailable', message: /in use by another flux-compare/ })
  command.close()
  openService(t, path)
})

test('a database is told apart from others by its file, not by the name that leads to it', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'history.db')
  open(path).close()
  symlinkSync(path, join(folder, 'link.db'))
  await startOwner(t, join(folder, 'link.db'))
  assert.throws(() => openService(t, path), { code: 'history-unavailable' })
})

test('commands read the database of a service, and are refused where they would store', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const before = open(path)
  before.saveSnapshot(snapshotOf('snap_1', [{ name: 'podinfo' }]).snapshot)
  before.close()
  await startOwner(t, path)
  const options = { path, migrations: MIGRATIONS, engine: '1.0.0' }
  assert.throws(() => openHistory(options), { code: 'history-unavailable', message: /belongs to the service/ })
  const history = openHistory(options, 'read')
  t.after(() => history.close())
  assert.equal(history.loadSnapshot('production', 'latest')?.id, 'snap_1')
  assert.throws(() => history.saveSnapshot(snapshotOf('snap_2', []).snapshot), { code: 'history-unavailable' })
  const reader = openHistoryReader(options)
  t.after(() => reader.close())
  assert.equal(reader.keptSnapshot('snap_1')?.id, 'snap_1')
})

test('commands share the database with each other', (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const [one, other] = [open(path), open(path)]
  t.after(() => one.close())
  t.after(() => other.close())
  one.saveSnapshot(snapshotOf('snap_1', []).snapshot)
  other.saveSnapshot(snapshotOf('snap_2', []).snapshot)
  assert.equal(one.listSnapshots({ cluster: null, limit: 9 }).length, 2)
})

test('a service that ends leaves the database to others; what it leaves is private and tells nothing', (t) => {
  const { history, path } = serviceIn(t)
  for (const file of [`${path}.lock`, `${path}.owner`]) assert.equal(statSync(file).mode & 0o777, 0o600)
  history.close()
  assert.equal(existsSync(`${path}.owner`), false)
  openService(t, path).close()
  writeFileSync(`${path}.owner`, '{"pid":"1","host":"\\u001b[2J"}')
  open(path).close()
  assert.equal(existsSync(`${path}.owner`), false)
})

function openService(t: TestContext, path: string): ServiceHistory {
  const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => history.close())
  return history
}

async function startOwner(t: TestContext, path: string): Promise<ChildProcess> {
  const owner = spawn(process.execPath, ['--expose-gc', OWNER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => kill(owner))
  const [line] = await once(owner.stdout, 'data')
  assert.equal(String(line), 'owned\n')
  return owner
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
