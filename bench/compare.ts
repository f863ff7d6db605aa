import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openWorkbench } from '../src/app/workbench.ts'
import { DEFAULT_LAYERS } from '../src/model/comparison.ts'
import { compareSides } from '../src/service/compare-sides.ts'
import { createSamples, machine, printTable, timed } from './figures.ts'
import { startFleet, type Served } from './fleet-process.ts'
import { runFloor } from './floor.ts'
import { kubectlGetBoth, kubectlVersion } from './kubectl.ts'

/**
 * (a) `compare` of two simulated clusters, stored, against the floor and against kubectl: for the first time, and again after
 * 1 % of the objects of both changed, to something else on each. All of them in turn in each round, of which the first does not count; medians.
 * Usage: node bench/compare.ts [objects] [references] [rounds]
 */
const [objects = 5_000, references = 1_000, rounds = 15] = process.argv.slice(2).map(Number)
const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-bench-'))
const fleet = await startFleet(objects, references)
const kubeconfig = join(folder, 'kubeconfig')
writeFileSync(kubeconfig, fleet.kubeconfig)
const main = ['dist/package/dist/main.js', 'src/main.ts'].find((path) => existsSync(path))!
const kubectl = await kubectlVersion()
const samples = createSamples()
let served: readonly Served[] = []

for (let round = 0; round <= rounds; round += 1) {
  const sample = await playRound(round)
  if (round > 0) samples.add(sample)
}
fleet.stop()
rmSync(folder, { recursive: true })
print()

async function playRound(round: number): Promise<Record<string, number>> {
  const kept = join(folder, `in-process-${round}.db`)
  const keptByProcess = join(folder, `process-${round}.db`)
  await fleet.takeRequests()
  const first = await timed(() => compareInProcess(kept))
  served = await fleet.takeRequests()
  const floor = await runFloor(served, fleet.kubeconfig)
  const firstProcess = await timed(() => compareByProcess(keptByProcess))
  await fleet.change(objects / 100, round + 1)
  await fleet.takeRequests()
  const second = await timed(() => compareInProcess(kept))
  const askedAgain = await fleet.takeRequests()
  const floorAgain = await runFloor(served, fleet.kubeconfig)
  const floorOfAsked = await runFloor(askedAgain, fleet.kubeconfig)
  const secondProcess = await timed(() => compareByProcess(keptByProcess))
  const both = kubectl === null ? 0 : await timed(() => kubectlGetBoth(served, kubeconfig, folder))
  return { floor, first, firstProcess, floorAgain, floorOfAsked, second, secondProcess, kubectl: both }
}

async function compareInProcess(history: string): Promise<void> {
  const workbench = openWorkbench({
    connection: { kubeconfig, as: null, asGroups: [], requestTimeoutMs: 30_000, clusterTimeoutMs: 120_000 },
    history,
    env: { HOME: folder },
    stdin: process.stdin,
    signal: new AbortController().signal,
    progress: () => {},
  })
  const sides = ['staging', 'production'].map((name) => ({ from: 'cluster' as const, cluster: name, label: name }))
  const all = { kinds: null, namespaces: null, selector: null, resource: null, events: false }
  const scope = { ...all, secrets: 'equality' as const }
  const request = { sides, baseline: 'staging', scope, layers: DEFAULT_LAYERS, ignore: [], explain: false }
  const {
    comparison: { verdict, findings },
  } = await compareSides(request, workbench.ports)
  workbench.close()
  if (verdict === 'incomplete') throw new Error(`incomplete: ${JSON.stringify(findings)}`)
}

async function compareByProcess(history: string): Promise<void> {
  const args = [main, 'staging', 'production', '--kubeconfig', kubeconfig, '--history', history, '-o', 'json']
  await run(process.execPath, args, { maxBuffer: 1e9 }).catch((error: { code?: number }) => {
    if (error.code !== 1) throw error
  })
}

function print(): void {
  const requests = served.map((cluster) => cluster.requests.length).join(' + ')
  const connections = Math.max(...served.map((cluster) => cluster.connections.most))
  const verbs = [...new Set(served.flatMap((cluster) => Object.keys(cluster.verbs)))].toSorted().join(', ')
  console.log(`${objects} objects and ${references} references a cluster, ${requests} requests (${verbs}),`)
  console.log(`at most ${connections} connections a cluster; ${rounds} rounds; ${machine()}\n`)
  const row = (title: string, name: string, floor: string): string[] => {
    const value = samples.median(name)
    const ofKubectl = kubectl === null ? '' : (value / samples.median('kubectl')).toFixed(2)
    return [title, value.toFixed(0), (value / samples.median(floor)).toFixed(2), ofKubectl]
  }
  const origin = main.startsWith('dist') ? 'of the package' : 'from source'
  const rows = [
    row('floor: all requests and JSON.parse', 'floor', 'floor'),
    row('first comparison, stored', 'first', 'floor'),
    row('floor of the second, which lists everything', 'floorAgain', 'floorAgain'),
    row('second comparison, 1 % changed', 'second', 'floorAgain'),
    row('only the requests that the second sent', 'floorOfAsked', 'floorAgain'),
    row(`first, whole process ${origin}`, 'firstProcess', 'floor'),
    row(`second, whole process ${origin}`, 'secondProcess', 'floorAgain'),
  ]
  if (kubectl !== null) rows.push(row(`two kubectl ${kubectl} get of the same kinds`, 'kubectl', 'floor'))
  printTable(['', 'ms, median', 'times the floor', 'times two kubectl get'], rows)
}
