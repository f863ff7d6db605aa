import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHistory } from '../src/history/open.ts'
import { VERSION } from '../src/model/version.ts'
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
const later = times.slice(1).toSorted((a, b) => a - b)[Math.floor((count - 1) / 2)]!
console.log('| storing | ms | times the first | bytes |\n| --- | --- | --- | --- |')
console.log(`| first snapshot | ${times[0]!.toFixed(0)} | 1.00 | ${bytes[0]} |`)
console.log(
  `| next, 1 % changed (median) | ${later.toFixed(1)} | ${(later / times[0]!).toFixed(2)} | ${Math.round((bytes.at(-1)! - bytes[0]!) / (count - 1))} |`,
)
console.log(`| next, contents unchanged | ${unchanged.toFixed(1)} | ${(unchanged / times[0]!).toFixed(2)} | ${grown} |`)
console.log(
  `| all ${count} | ${times.reduce((a, b) => a + b).toFixed(0)} | | ${bytes.at(-1)} (${(bytes.at(-1)! / bytes[0]!).toFixed(2)} times the first) |`,
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
