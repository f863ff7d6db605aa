import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHistory } from '../src/history/open.ts'
import { VERSION } from '../src/model/version.ts'
import { machine, median, printTable } from './figures.ts'
import { changedObject, fleetObjects } from './fleet.ts'
import { snapshotOf } from './snapshots.ts'

/** (c) Storing 100 snapshots of 5,000 objects, of which 1 % change each time: time and bytes. Usage: node bench/history.ts [snapshots] */
const count = Number(process.argv[2] ?? 100)
const size = { objects: 5_000, references: 1_000 }
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-bench-'))
const path = join(folder, 'history.db')
const history = openHistory({ path, migrations: 'migrations', engine: VERSION })
const objects = fleetObjects(size)
const times: number[] = []
const bytes: number[] = []
for (let n = 0; n < count; n += 1) {
  const changes = n === 0 ? 0 : size.objects / 100
  for (let i = 0; i < changes; i += 1) {
    const at = (n * 53 + i * 97) % size.objects
    objects[at] = changeAgain(at, n)
  }
  const snapshot = snapshotOf('staging', `snap_${n}`, objects, n)
  const start = performance.now()
  history.saveSnapshot(snapshot)
  times.push(performance.now() - start)
  bytes.push(sizeOf())
}
const same = snapshotOf('staging', 'snap_same', objects, count - 1)
const start = performance.now()
history.saveSnapshot(same)
const unchanged = performance.now() - start
const grown = sizeOf() - bytes.at(-1)!
history.close()
const later = median(times.slice(1))
const last = bytes.at(-1)!
const first = times[0]!
const row = (name: string, ms: number, size: number): string[] => [
  name,
  ms.toFixed(1),
  (ms / first).toFixed(2),
  size.toFixed(0),
  (size / bytes[0]!).toFixed(3),
]
console.log(`${size.objects} objects and ${size.references} references; ${machine()}\n`)
printTable(
  ['storing', 'ms', 'times the first', 'bytes', 'times the first'],
  [
    row('the first snapshot', first, bytes[0]!),
    row('the next, 1 % changed (median)', later, (last - bytes[0]!) / (count - 1)),
    row('the next, nothing changed', unchanged, grown),
    row('20 snapshots', sum(times.slice(0, 20)), bytes[19] ?? last),
    row(`${count} snapshots`, sum(times), last),
  ],
)
rmSync(folder, { recursive: true })

function changeAgain(at: number, n: number): object {
  const object = changedObject(at, size) as { spec: object }
  return { ...object, spec: { ...object.spec, timeout: `${n}m` } }
}

/** With everything moved from the write-ahead log into the file. */
function sizeOf(): number {
  const checkpoint = new Database(path)
  checkpoint.pragma('wal_checkpoint(TRUNCATE)')
  checkpoint.close()
  return statSync(path).size
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
