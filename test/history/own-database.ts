import { openServiceHistory } from '../../src/history/service-history.ts'
import { MIGRATIONS } from './fixtures.ts'

// Run as a process of its own: owns a database until it is killed.
const [path] = process.argv.slice(2) as [string]
const { unfinished } = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
process.stdout.write('owned\n')
// Whatever is used of a history holds its lock, though nothing else of it is reachable.
setInterval(() => {
  globalThis.gc?.()
  unfinished()
}, 10)
