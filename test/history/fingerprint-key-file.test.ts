import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { loadKeyBytes } from '../../src/history/fingerprint-key-file.ts'
import { temporaryFolder } from './fixtures.ts'

test('the key is made at first use, for its owner alone, and stays', (t) => {
  const folder = join(temporaryFolder(t), 'state', 'flux-compare')
  const path = join(folder, 'fingerprint.key')
  const key = loadKeyBytes(path)
  assert.equal(key.length, 32)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(folder), ['fingerprint.key'])
  assert.deepEqual(Buffer.from(loadKeyBytes(path)), readFileSync(path))
})

test('two installations have two keys', (t) => {
  const folder = temporaryFolder(t)
  assert.notDeepEqual(loadKeyBytes(join(folder, 'a')), loadKeyBytes(join(folder, 'b')))
})

test('a key that others may read is made private again', (t) => {
  const path = join(temporaryFolder(t), 'fingerprint.key')
  const key = loadKeyBytes(path)
  chmodSync(path, 0o644)
  assert.deepEqual(loadKeyBytes(path), key)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a readable key of someone else is refused', (t) => {
  const path = process.getuid?.() === 0 ? fileGivenAway(temporaryFolder(t)) : '/etc/passwd'
  assert.throws(() => loadKeyBytes(path), { code: 'key-unavailable', message: /another user/ })
})

test('a file that is no key, and a place where none can be made, are named', (t) => {
  const folder = temporaryFolder(t)
  const short = join(folder, 'short.key')
  writeFileSync(short, 'hunter2', { mode: 0o600 })
  assert.throws(() => loadKeyBytes(short), {
    code: 'key-unavailable',
    message: `the key file ${short} holds 7 bytes instead of 32`,
  })
  assert.throws(() => loadKeyBytes(join(short, 'fingerprint.key')), {
    code: 'key-unavailable',
    message: new RegExp(short),
  })
  mkdirSync(join(folder, 'directory.key'))
  assert.throws(() => loadKeyBytes(join(folder, 'directory.key')), { code: 'key-unavailable' })
  assert.equal(existsSync(join(folder, 'directory.key')), true)
})

test('processes that start together agree on one key', async (t) => {
  const path = join(temporaryFolder(t), 'state', 'fingerprint.key')
  const module = resolve('src/history/fingerprint-key-file.ts')
  const script = `const { loadKeyBytes } = await import(${JSON.stringify(module)})
    process.stdout.write(Buffer.from(loadKeyBytes(${JSON.stringify(path)})).toString('hex'))`
  const run = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])).stdout
  const keys = await Promise.all(Array.from({ length: 4 }, run))
  assert.deepEqual(new Set(keys), new Set([readFileSync(path).toString('hex')]))
})

function fileGivenAway(folder: string): string {
  const path = join(folder, 'fingerprint.key')
  writeFileSync(path, Buffer.alloc(32, 7), { mode: 0o644 })
  chownSync(path, 12_345, 12_345)
  return path
}
