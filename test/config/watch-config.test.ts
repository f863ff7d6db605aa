import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig } from '../../src/config/load-config.ts'
import { watchConfig } from '../../src/config/watch-config.ts'
import { folderWith, HEAD } from './support.ts'

const TOKEN = 'access: { tokens: [{ name: a, sha256From: { file: hash } }] }\n'

/** Told are the number of clusters, or the code of the error. */
function watched(t: TestContext, text: string): { file: string; folder: string; told: string[]; check: () => void } {
  const folder = folderWith(t, { 'config.yaml': text, hash: 'a'.repeat(64) })
  const file = join(folder, 'config.yaml')
  const told: string[] = []
  const load = () => loadConfig({ path: file, env: {} })
  const watch = watchConfig({
    config: load(),
    load,
    intervalMs: 3_600_000,
    onChange: ({ clusters }) => told.push(`${clusters.length}`),
    onInvalid: ({ code }) => told.push(code),
  })
  t.after(watch.close)
  return { file, folder, told, check: watch.check }
}

test('a file that is the same is not told', (t) => {
  const { file, told, check } = watched(t, HEAD)
  check()
  writeFileSync(file, HEAD)
  check()
  assert.deepEqual(told, [])
})

test('a change is told once, also where the file is replaced by another', (t) => {
  const { file, told, check } = watched(t, HEAD)
  writeFileSync(`${file}.new`, `${HEAD}  - { name: b, context: b }\n`)
  renameSync(`${file}.new`, file)
  check()
  check()
  assert.deepEqual(told, ['2'])
})

test('what cannot be used is told once and changes nothing; the next right file is taken', (t) => {
  const { file, told, check } = watched(t, HEAD)
  writeFileSync(file, `${HEAD}nonsense: 1\n`)
  check()
  check()
  rmSync(file)
  check()
  writeFileSync(file, `${HEAD}  - { name: b, context: b }\n`)
  check()
  assert.deepEqual(told, ['config-invalid', 'file-unreadable', '2'])
})

test('the file of a hash is watched with the configuration', (t) => {
  const { folder, told, check } = watched(t, `${HEAD}${TOKEN}`)
  writeFileSync(join(folder, 'hash'), 'b'.repeat(64))
  check()
  writeFileSync(join(folder, 'hash'), 'no hash')
  check()
  assert.deepEqual(told, ['1', 'config-invalid'])
})

test('a file that the configuration names no longer is not watched', (t) => {
  const { file, folder, told, check } = watched(t, `${HEAD}${TOKEN}`)
  writeFileSync(file, HEAD)
  check()
  writeFileSync(join(folder, 'hash'), 'b'.repeat(64))
  check()
  assert.deepEqual(told, ['1'])
})
