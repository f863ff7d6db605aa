import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSourceFiles, SOURCE_LIMITS } from '../../src/clusters/source-files.ts'
import { folderOf } from './support.ts'

const SIGNAL = new AbortController().signal

test('a folder is read in the order of its paths, whatever the order of its files', async (t) => {
  const path = folderOf(t, {
    'b/x.yaml': '2',
    'a.yaml': '1',
    'b.yml': '3',
    'C.JSON': '0',
    'd/e/f.yaml': '4',
    'README.md': 'no',
  })
  const files = await readSourceFiles(path, SIGNAL)
  assert.deepEqual(
    files.map((file) => [file.path.slice(path.length + 1), file.text]),
    [
      ['C.JSON', '0'],
      ['a.yaml', '1'],
      ['b/x.yaml', '2'],
      ['b.yml', '3'],
      ['d/e/f.yaml', '4'],
    ],
  )
})

test('a file that is named is read whatever it is called, without its byte order mark', async (t) => {
  const path = folderOf(t, { '.hidden.txt': '\ufeffkind: x' })
  assert.deepEqual(await readSourceFiles(`${path}/.hidden.txt`, SIGNAL), [
    { path: `${path}/.hidden.txt`, text: 'kind: x' },
  ])
})

test('a pipe is read to its end, and one in a folder is left alone', async (t) => {
  const path = folderOf(t, { 'a.yaml': '1' })
  execFileSync('mkfifo', [join(path, 'pipe.yaml')])
  assert.equal((await readSourceFiles(path, SIGNAL)).length, 1)
  const writer = spawn('/bin/sh', ['-c', 'printf "kind: x" > "$0"', join(path, 'pipe.yaml')])
  t.after(() => writer.kill())
  assert.equal((await readSourceFiles(`${path}/pipe.yaml`, SIGNAL))[0]!.text, 'kind: x')
})

test('more than the limits is refused with the path', async (t) => {
  const path = folderOf(t, { 'a.yaml': '12345', 'b.yaml': '12345', 'c/d/e.yaml': '1' })
  const limited = (limits: Partial<typeof SOURCE_LIMITS>) =>
    readSourceFiles(path, SIGNAL, { ...SOURCE_LIMITS, ...limits })
  const refusal = (message: string) => ({ code: 'file-invalid', message })
  await assert.rejects(limited({ fileBytes: 4 }), refusal(`${path}/a.yaml holds more than 4 bytes`))
  await assert.rejects(limited({ totalBytes: 9 }), refusal(`${path} holds more than 9 bytes of manifests`))
  await assert.rejects(limited({ files: 2 }), refusal(`${path} holds more than 2 files`))
  await assert.rejects(limited({ folderDepth: 1 }), refusal(`${path}/c/d holds more than 1 folders in each other`))
  await assert.rejects(readSourceFiles('/dev/zero', SIGNAL, { ...SOURCE_LIMITS, fileBytes: 1000 }), {
    code: 'file-invalid',
  })
})

test('an interrupted run stops reading', async (t) => {
  const path = folderOf(t, { 'a.yaml': '1' })
  const reason = new Error('interrupted')
  await assert.rejects(readSourceFiles(path, AbortSignal.abort(reason)), reason)
})
