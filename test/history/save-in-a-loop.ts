import { open, snapshotOf } from './fixtures.ts'

// Run as a process of its own: saves snapshots and tells the id of each that is stored.
const [path, cluster, rounds] = process.argv.slice(2) as [string, string, string]
const history = open(path)
for (let round = 0; round < Number(rounds); round += 1) {
  const objects = Array.from({ length: 100 }, (_, index) => ({
    name: `app-${index}`,
    body: { spec: { cluster, round, text: 'x'.repeat(500) } },
  }))
  history.saveSnapshot(snapshotOf(`snap_${cluster}_${round}`, objects, { cluster }).snapshot)
  process.stdout.write(`snap_${cluster}_${round}\n`)
}
history.close()
