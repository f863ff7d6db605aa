import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { run } from '../../src/cli/program.ts'
import { openServiceHistory } from '../../src/history/service-history.ts'
import { MIGRATIONS, open, snapshotOf } from '../history/fixtures.ts'
import { captureStreams } from './capture-streams.ts'

test('backup and restore say what they did, and where the key is that belongs with it', async (t) => {
  const folder = folderIn(t)
  const path = join(folder, 'history.db')
  const copy = join(folder, 'backup.db')
  keep(path, 'snap_1')
  const taken = captureStreams()
  assert.equal(await run(['backup', copy, '--history', path], taken), 0)
  assert.match(taken.out(), new RegExp(`^${path} is backed up to ${copy}: 1 snapshot, 0 comparisons, 0\\.\\d MiB\\n$`))
  assert.match(taken.err(), new RegExp(`key belongs with it.*: ${join(folder, 'fingerprint.key')}\n`))
  keep(path, 'snap_2')
  const restored = captureStreams({ FLUX_COMPARE_KEY_FILE: '/run/secrets/key' })
  assert.equal(await run(['restore', copy, '--history', path], restored), 0)
  assert.match(restored.out(), new RegExp(`^${path} is restored from ${copy}: 1 snapshot, `))
  const replaced = /is now (\S+)/.exec(restored.err())?.[1] ?? ''
  assert.ok(existsSync(replaced))
  assert.match(restored.err(), /: \/run\/secrets\/key\n/)
  const history = open(path)
  t.after(() => history.close())
  assert.equal(history.loadSnapshot('production', 'latest')?.id, 'snap_1')
})

test('the configuration says which history and which key are meant', async (t) => {
  const folder = folderIn(t)
  keep(join(folder, 'data', 'service.db'), 'snap_1')
  const config = join(folder, 'config.yaml')
  writeFileSync(
    config,
    `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - name: staging
    context: staging
history: { path: ./data/service.db }
key: { from: { env: SHARED_KEY } }
`,
  )
  const streams = captureStreams({ FLUX_COMPARE_CONFIG: config })
  assert.equal(await run(['backup', join(folder, 'backup.db')], streams), 0, streams.err())
  assert.match(streams.out(), /data\/service\.db is backed up/)
  assert.match(streams.err(), /: the variable SHARED_KEY\n/)
})

test('a file that is there, and a service that runs, are told with what to do', async (t) => {
  const folder = folderIn(t)
  const path = join(folder, 'history.db')
  const copy = join(folder, 'backup.db')
  const service = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => service.close())
  assert.equal(await run(['backup', copy, '--history', path], captureStreams()), 0)
  const again = captureStreams()
  assert.equal(await run(['backup', copy, '--history', path], again), 2)
  assert.equal(again.err(), `error: ${copy} exists already\nhint: Name another file, or replace it with --force.\n`)
  assert.equal(await run(['backup', copy, '--force', '--history', path], captureStreams()), 0)
  const refused = captureStreams()
  assert.equal(await run(['restore', copy, '--history', path], refused), 2)
  assert.match(refused.err(), /belongs to the service that runs as process \d+ on /)
  const compared = captureStreams()
  const sides = ['file:a.yaml', 'file:b.yaml', '--history', path]
  assert.equal(await run(['compare', ...sides], compared), 2)
  assert.match(
    compared.err(),
    /^error: the history .* belongs to the service .*\nhint: Name another file with --history, /,
  )
  const listed = captureStreams()
  assert.equal(await run(['history', '--history', path], listed), 0)
  assert.match(listed.out(), /^Nothing is kept yet/)
})

function keep(path: string, id: string): void {
  const history = open(path)
  history.saveSnapshot(snapshotOf(id, [{ name: 'podinfo' }]).snapshot)
  history.close()
}

function folderIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-backup-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
