import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openServiceHistory, type ServiceHistory } from '../../src/history/service-history.ts'
import type { DeliveryRecord } from '../../src/service/reports/report-store.ts'
import { timeAt } from '../service/ledger/ledger-fixtures.ts'
import { MIGRATIONS, temporaryFolder } from './fixtures.ts'
import { contextOf, NAME, routeTo } from './report-fixtures.ts'

const LOOP = resolve('test/history/report-in-a-loop.ts')
const PAGE = { limit: 1_000, cursor: null }

test('a service that is killed leaves each due time with its record, each report with its messages, and loses no news', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const told: string[] = []
  for (const after of [1, 2, 3, 5, 9, 14]) {
    told.push(...(await killedAfter(path, after)))
    const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
    checkTold(history, told)
    checkReports(history)
    history.close()
  }
  const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => history.close())
  // What still waits is told in the end: then every difference was told, to each channel once.
  history.releaseWaiting(contextOf([routeTo('team'), routeTo('grouped')]), timeAt(1_000))
  const hours = history.reportPage({ name: null, within: null }, PAGE).items.length
  const all = Array.from({ length: 5 * hours }, (_, index) => `f-app-${index}`)
  for (const channel of ['team', 'grouped']) assert.deepEqual(newsTo(path, history, channel), all.toSorted())
  const db = new Database(path, { readonly: true })
  t.after(() => db.close())
  assert.deepEqual([db.pragma('integrity_check', { simple: true }), db.pragma('foreign_key_check')], ['ok', []])
})

async function killedAfter(path: string, steps: number): Promise<string[]> {
  const loop = spawn(process.execPath, [LOOP, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told: string[] = []
  for await (const line of createInterface({ input: loop.stdout })) {
    told.push(line)
    if (told.length === steps) loop.kill('SIGKILL')
  }
  return told
}

/** What was told as stored is there. */
function checkTold(history: ServiceHistory, told: readonly string[]): void {
  const sent = new Set(messages(history).flatMap(({ id, state }) => (state === 'sent' ? [id] : [])))
  for (const line of told) {
    const [what, which] = line.split(' ') as [string, string]
    if (what === 'sent') assert.ok(sent.has(which), line)
    if (what === 'accounted') assert.notEqual(history.run(`run_${which}`), null, line)
    if (what === 'reported') assert.equal(history.run(`run_${which}`)?.phase, 'done', line)
  }
}

/** Each due time has its run, each finished run its comparison, report and message, and what is unfinished has none of them. */
function checkReports(history: ServiceHistory): void {
  const records = history.scheduleRecords({ name: NAME }, PAGE).items
  assert.deepEqual(
    records.map(({ due, outcome, run }) => [due, outcome, run]),
    records.map((_, index) => {
      const hour = records.length - index
      return [timeAt(hour), 'ran', `run_${hour}`]
    }),
  )
  const ids = new Set(messages(history).map(({ id }) => id))
  for (const { run: id } of records) {
    const isDone = history.run(id!)?.phase === 'done'
    const report = id!.replace('run', 'report')
    assert.equal(history.loadComparison(id!) !== null, isDone, id!)
    assert.equal(history.reportDocument(report)?.fresh.length, isDone ? 5 : undefined, id!)
    assert.equal(ids.has(`msg+${report}+team`), isDone, id!)
  }
}

function messages(history: ServiceHistory): readonly DeliveryRecord[] {
  return history.deliveryPage({ state: null, channel: null, report: null, name: null }, PAGE).items
}

/** Fingerprints of all that the messages to a channel tell as new, also of those that were sent. */
function newsTo(path: string, history: ServiceHistory, channel: string): string[] {
  const db = new Database(path)
  db.prepare("UPDATE deliveries SET state = 'pending'").run()
  db.close()
  return messages(history)
    .filter((message) => message.channel === channel)
    .flatMap(({ id }) => history.pendingDelivery(id)!.document.fresh.map(({ fingerprint }) => fingerprint))
    .toSorted()
}
