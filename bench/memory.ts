import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFleet } from './fleet-process.ts'

/**
 * (d) Peak memory and wall time of the published package as a process: `compare` of two clusters, first and second run, `--help`,
 * and Node doing nothing. Run `npm run build` first. Usage: node bench/memory.ts [objects] [references]
 */
const [objects = 5_000, references = 1_000] = process.argv.slice(2).map(Number)
const main = 'dist/package/dist/main.js'
if (!existsSync(main)) throw new Error(`${main} is not there: npm run build`)
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-bench-'))
const fleet = await startFleet(objects, references)
const kubeconfig = join(folder, 'kubeconfig')
writeFileSync(kubeconfig, fleet.kubeconfig)
const probe = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\nmaxrss='+process.resourceUsage().maxRSS+'\\n'))`
const compare = [
  main,
  'staging',
  'production',
  '--kubeconfig',
  kubeconfig,
  '--history',
  join(folder, 'history.db'),
  '-o',
  'json',
]
console.log('| process | peak memory, MB | wall, ms |\n| --- | --- | --- |')
for (const [name, args] of Object.entries({
  'node, nothing': ['-e', '0'],
  'flux-compare --help': [main, '--help'],
  [`first comparison of 2 x ${objects} objects`]: compare,
  'second comparison': compare,
})) {
  const { peak, wall } = await measure(args)
  console.log(`| ${name} | ${peak.toFixed(0)} | ${wall.toFixed(0)} |`)
}
fleet.stop()
rmSync(folder, { recursive: true })

async function measure(args: readonly string[]): Promise<{ peak: number; wall: number }> {
  const start = performance.now()
  const child = spawn(process.execPath, ['--import', probe, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const parts: Buffer[] = []
  child.stderr.on('data', (part: Buffer) => parts.push(part))
  await new Promise((resolve) => child.on('close', resolve))
  const wall = performance.now() - start
  return { peak: Number(/maxrss=(\d+)/.exec(Buffer.concat(parts).toString())?.[1]) / 1_024, wall }
}
