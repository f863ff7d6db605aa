import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLog, type Log } from '../../src/app/log.ts'
import { AppError } from '../../src/model/errors.ts'

function logLines(t: TestContext, work: (log: Log) => void): Record<string, unknown>[] {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'log')
  const fd = openSync(file, 'w')
  work(createLog('trace', fd))
  closeSync(fd)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))
}

test('a line has level, time, fields and message', (t) => {
  const [line] = logLines(t, (log) => log.child({ cluster: 'staging' }).info('recorded', { objects: 3 }))
  assert.match(String(line!['time']), /^\d{4}-\d{2}-\d{2}T/)
  delete line!['time']
  assert.deepEqual(line, { level: 'info', app: 'flux-compare', cluster: 'staging', objects: 3, msg: 'recorded' })
})

test('of a foreign error only class, code and places are told', (t) => {
  const error = Object.assign(new Error('Bearer CANARY-1 refused\n    at CANARY-5 (/x:1:1)'), {
    code: 'ECONNREFUSED',
    headers: { authorization: 'CANARY-2' },
    body: 'CANARY-3',
  })
  Object.defineProperty(error, 'name', { value: 'CANARY-4 name' })
  const lines = logLines(t, (log) => {
    log.error('failed', {}, error)
    log.error('failed', {}, new AppError('internal', 'unexpected Error', { cause: error }))
    log.error('failed', {}, 'CANARY-6')
  })
  assert.doesNotMatch(JSON.stringify(lines), /CANARY/)
  const described = lines[0]!['err'] as { class: string; code: string; at: string[] }
  assert.equal(described.class, 'Error')
  assert.equal(described.code, 'ECONNREFUSED')
  assert.match(described.at.join('\n'), /log\.test\.ts/)
})

test('an error of ours is told in its own words', (t) => {
  const [line] = logLines(t, (log) =>
    log.warn('not read', {}, new AppError('cluster-timeout', 'cluster staging: not read within 120 s')),
  )
  assert.deepEqual(line!['err'], {
    class: 'AppError',
    code: 'cluster-timeout',
    message: 'cluster staging: not read within 120 s',
  })
})
