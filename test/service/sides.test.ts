import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppError } from '../../src/model/errors.ts'
import { checkSides, parseSide } from '../../src/service/sides.ts'

const now = new Date('2026-11-21T12:00:00Z')
const contexts = new Set(['staging', 'admin@production', 'arn:aws:eks:eu-west-1:1:cluster/prod', 'compare'])
const parse = (text: string): ReturnType<typeof parseSide> => parseSide(text, (name) => contexts.has(name), now)

test('an exact context name wins, whatever signs it holds', () => {
  assert.deepEqual(parse('staging'), { from: 'cluster', cluster: 'staging', label: 'staging' })
  assert.deepEqual(parse('admin@production'), {
    from: 'cluster',
    cluster: 'admin@production',
    label: 'admin@production',
  })
  const arn = 'arn:aws:eks:eu-west-1:1:cluster/prod'
  assert.deepEqual(parse(arn), { from: 'cluster', cluster: arn, label: arn })
})

test('what follows the last @ selects a kept snapshot', () => {
  assert.deepEqual(parse('admin@production@previous'), {
    from: 'history',
    cluster: 'admin@production',
    selector: 'previous',
    label: 'admin@production@previous',
  })
  assert.deepEqual(parse('staging@snap_abc1'), {
    from: 'history',
    cluster: 'staging',
    selector: { id: 'snap_abc1' },
    label: 'staging@snap_abc1',
  })
  const at = (text: string): unknown => (parse(text) as { selector: unknown }).selector
  assert.deepEqual(at('staging@2026-11-20'), { at: '2026-11-20T23:59:59.999Z' })
  assert.deepEqual(at('staging@2026-11-20T08:00:00+01:00'), { at: '2026-11-20T07:00:00.000Z' })
  assert.deepEqual(at('staging@24h'), { at: '2026-11-20T12:00:00.000Z' })
})

test('an @ followed by no selector is part of a context name that does not exist', () => {
  assert.deepEqual(parse('user@host'), { from: 'cluster', cluster: 'user@host', label: 'user@host' })
})

test('files and standard input', () => {
  assert.deepEqual(parse('file:./a@b'), { from: 'file', cluster: 'file:./a@b', label: 'file:./a@b' })
  assert.deepEqual(parse('-'), { from: 'file', cluster: 'file:-', label: 'file:-' })
})

test('a date that does not exist is refused', () => {
  assert.throws(
    () => parse('staging@2026-13-40'),
    (error: AppError) => error.code === 'input-invalid',
  )
})

test('a comparison needs two different sides', () => {
  assert.throws(
    () => checkSides([parse('staging')]),
    (error: AppError) => error.code === 'input-invalid',
  )
  assert.throws(
    () => checkSides([parse('staging'), parse('staging')]),
    (error: AppError) => error.code === 'same-side-twice',
  )
  checkSides([parse('staging@previous'), parse('staging')])
})
