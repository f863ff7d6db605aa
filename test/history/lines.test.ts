import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { idSpans } from '../../src/history/id-list.ts'
import { blockOf, createLines, type Lines } from '../../src/history/lines.ts'
import { createLists } from '../../src/history/lists.ts'

function linesIn(t: TestContext): { lines: Lines; rows: () => string[] } {
  const db = new Database(':memory:')
  t.after(() => db.close())
  db.exec('CREATE TABLE lines (id INTEGER PRIMARY KEY, texts TEXT NOT NULL)')
  db.exec('CREATE TABLE lists (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, members BLOB NOT NULL)')
  const rows = (): string[] => db.prepare<[], string>('SELECT texts FROM lines ORDER BY id').pluck().all()
  return { lines: createLines(db, 'x.db', createLists(db, 'x.db')), rows }
}

const unknown = (): undefined => undefined

test('a list comes back as it was, and is stored once', (t) => {
  const { lines, rows } = linesIn(t)
  const texts = Array.from({ length: 100 }, (_, n) => JSON.stringify([n, 'x'.repeat(n * 7)]))
  const id = lines.putList(texts, unknown)
  const stored = rows().length
  assert.equal(lines.putList(texts, unknown), id)
  assert.equal(rows().length, stored)
  assert.deepEqual(lines.getList(id).texts, texts)
  const empty = lines.putList([], unknown)
  assert.deepEqual(lines.getList(empty), { texts: [], ids: [] })
})

test('of a list that is mostly as the one before, only what is new is stored', (t) => {
  const { lines, rows } = linesIn(t)
  const texts = Array.from({ length: 40 }, (_, n) => `[${n}]`)
  const first = lines.getList(lines.putList(texts, unknown))
  const before = rows()
  const next = ['["new"]', ...texts.slice(1, 20), '["other"]', ...texts.slice(20)]
  const idOf = (index: number): number | undefined => first.ids[texts.indexOf(next[index]!)]
  const second = lines.putList(next, (index) => (texts.includes(next[index]!) ? idOf(index) : undefined))
  assert.deepEqual(rows().slice(before.length), ['["new"]\n["other"]'])
  assert.deepEqual(lines.getList(second).texts, next)
})

test('a row has at most 16 lines and 2,000 characters, or one line', (t) => {
  const { lines, rows } = linesIn(t)
  lines.putList(
    Array.from({ length: 33 }, (_, n) => `[${n}]`),
    unknown,
  )
  assert.deepEqual(
    rows().map((texts) => texts.split('\n').length),
    [16, 16, 1],
  )
  const long = (n: number): string => JSON.stringify(`${n}`.padEnd(898, 'x'))
  lines.putList([long(1), long(2), long(3), JSON.stringify('y'.repeat(5_000)), long(4)], unknown)
  assert.deepEqual(
    rows()
      .slice(3)
      .map((texts) => texts.length),
    [1801, 900, 5002, 900],
  )
})

test('whatever lists follow each other, each comes back, and rows hold no line twice', () => {
  const text = fc.integer({ min: 0, max: 60 }).map((n) => JSON.stringify([n, 'z'.repeat(n * 11)]))
  const list = fc.uniqueArray(text, { maxLength: 60 })
  fc.assert(
    fc.property(fc.array(list, { minLength: 1, maxLength: 5 }), (lists) => {
      const db = new Database(':memory:')
      db.exec('CREATE TABLE lines (id INTEGER PRIMARY KEY, texts TEXT NOT NULL)')
      db.exec('CREATE TABLE lists (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, members BLOB NOT NULL)')
      const lines = createLines(db, 'x.db', createLists(db, 'x.db'))
      const known = new Map<string, number>()
      for (const texts of lists) {
        const { texts: back, ids } = lines.getList(lines.putList(texts, (index) => known.get(texts[index]!)))
        assert.deepEqual(back, texts)
        assert.deepEqual(lines.read(ids), texts)
        for (const [index, one] of texts.entries()) known.set(one, ids[index]!)
      }
      const ids = [...known.values()]
      assert.equal(new Set(ids).size, ids.length)
      const rows = db.prepare<[], number>('SELECT id FROM lines').pluck().all()
      assert.deepEqual(new Set(ids.map(blockOf)), new Set(rows))
      db.close()
    }),
    { numRuns: 200 },
  )
})

test('ranges cover ids that are near each other, each once', () => {
  assert.deepEqual(idSpans([7, 3, 3, 1, 20, 12]), [
    [1, 7],
    [12, 12],
    [20, 20],
  ])
  assert.deepEqual(idSpans([]), [])
})
