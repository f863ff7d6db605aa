import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { run } from '../src/cli/program.ts'
import type { Comparison, Drift, Origin } from '../src/model/comparison.ts'
import { displayRef } from '../src/model/resource-ref.ts'
import { startSimulator } from '../src/simulator/simulator.ts'
import type { SimulatedCluster, Simulator } from '../src/simulator/simulated-cluster.ts'
import { captureStreams } from './cli/capture-streams.ts'

type Expected = {
  readonly verdict: string
  readonly drifts: readonly {
    readonly ref: string
    readonly presence?: Record<string, string>
    readonly cause?: string
    readonly differences: readonly { layer: string; path: string; change: string }[]
  }[]
  readonly effective?: readonly {
    readonly ref: string
    readonly differences: readonly { layer: string; path: string; change: string; origins: Record<string, Origin> }[]
  }[]
  readonly noEffect?: readonly { readonly ref: string; readonly path: string; readonly explanation: string }[]
  readonly findings?: readonly string[]
  readonly flags?: readonly string[]
  readonly proofs?: readonly { readonly ref: string; readonly answer: string }[]
}

const root = 'test/scenarios'
const scenarios = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-scenarios-'))
let simulator: Simulator

before(async () => {
  const clusters = scenarios.flatMap(({ name }) => sidesOf(name).map((side) => clusterOf(name, side)))
  simulator = await startSimulator({ clusters })
  writeFileSync(join(folder, 'kubeconfig'), simulator.kubeconfig)
})

after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

test('there are scenarios', () => assert.ok(scenarios.length >= 10))

for (const { name } of scenarios) {
  test(`scenario: ${name.replaceAll('-', ' ')}`, async () => {
    const expected = JSON.parse(readFileSync(join(root, name, 'expected.json'), 'utf8')) as Expected
    const streams = captureStreams({ HOME: folder })
    const sides = sidesOf(name).map((side) => `${name}/${side}`)
    const code = await run(
      [...sides, '--kubeconfig', join(folder, 'kubeconfig'), '--no-history', '-o', 'json', ...(expected.flags ?? [])],
      streams,
    )
    const comparison = JSON.parse(streams.out()) as Comparison
    assert.deepEqual(
      comparison.drifts
        .filter(isCounted)
        .map((drift) => reduce(drift, name))
        .toSorted(byRef),
      expected.drifts.map(withDefaults).toSorted(byRef),
    )
    if (expected.effective) assert.deepEqual(effectiveOf(comparison, name), expected.effective)
    if (expected.noEffect) assert.deepEqual(withoutEffect(comparison), expected.noEffect)
    const proofs = (comparison.proofs ?? []).map(({ ref, answers }) => ({
      ref: displayRef(ref),
      answer: answers[`${name}/production`],
    }))
    if (expected.proofs) assert.deepEqual(proofs, expected.proofs)
    assert.equal(comparison.verdict, expected.verdict)
    assert.equal(code, { 'in-sync': 0, drifted: 1, incomplete: 2 }[expected.verdict])
    const codes = comparison.findings.map((finding) => finding.code)
    assert.deepEqual(
      (expected.findings ?? []).filter((finding) => !codes.includes(finding)),
      [],
    )
  })
}

/** A cluster that serves exactly the versions in which its objects are written. */
function clusterOf(name: string, side: string): SimulatedCluster {
  const objects = objectsOf(join(root, name, 'clusters', `${side}.yaml`))
  const versions: Record<string, string[]> = {}
  for (const { apiVersion } of objects) {
    const [group, version] = apiVersion.split('/')
    if (version !== undefined && group !== 'apps')
      versions[group!] = [...new Set([...(versions[group!] ?? []), version])]
  }
  return { name: `${name}/${side}`, folders: [], objects, crds: { versions } }
}

function objectsOf(file: string): { apiVersion: string }[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap(
    (document) => (document.toJS() as { apiVersion: string } | null) ?? [],
  )
}

function sidesOf(name: string): string[] {
  const sides = readdirSync(join(root, name, 'clusters')).map((side) => side.replace(/\.yaml$/, ''))
  return ['staging', ...sides.filter((side) => side !== 'staging')]
}

function isCounted({ differences }: Drift): boolean {
  return differences.some(({ derivedFrom }) => derivedFrom.length === 0)
}

/** Every effective value and variable that differs, whether or not it follows from something that is told. */
function effectiveOf({ drifts }: Comparison, name: string): NonNullable<Expected['effective']> {
  return drifts
    .map(({ ref, differences }) => ({
      ref: displayRef(ref),
      differences: differences
        .filter(({ layer }) => layer === 'values' || layer === 'substitutions')
        .map(({ layer, path, changes, origins }) => ({
          layer,
          path,
          change: Object.values(changes)[0]!,
          origins: Object.fromEntries(
            Object.entries(origins).map(([cluster, origin]) => [cluster.slice(name.length + 1), origin]),
          ),
        }))
        .toSorted(byPath),
    }))
    .filter(({ differences }) => differences.length > 0)
    .toSorted(byRef)
}

function withoutEffect({ drifts }: Comparison): NonNullable<Expected['noEffect']> {
  return drifts.flatMap(({ ref, differences }) =>
    differences.flatMap(({ path, explanation }) =>
      explanation === null ? [] : [{ ref: displayRef(ref), path, explanation }],
    ),
  )
}

type Reduced = Required<Omit<Expected['drifts'][number], 'cause'>> & { readonly cause: string | null }

function reduce(drift: Drift, name: string): Reduced {
  const short = (cluster: string): string => cluster.slice(name.length + 1)
  const counted = drift.differences.filter(({ derivedFrom }) => derivedFrom.length === 0)
  const differences = counted.map(({ layer, path, changes }) => ({
    layer,
    path,
    change: Object.values(changes)[0]!,
  }))
  const presence = Object.fromEntries(Object.entries(drift.presence).map(([cluster, value]) => [short(cluster), value]))
  return {
    ref: displayRef(drift.ref),
    presence,
    cause: drift.cause?.code ?? null,
    differences: differences.toSorted(byPath),
  }
}

function withDefaults(drift: Expected['drifts'][number]): Reduced {
  const presence = drift.presence ?? { staging: 'present', production: 'present' }
  return { ref: drift.ref, presence, cause: drift.cause ?? null, differences: drift.differences.toSorted(byPath) }
}

function byRef(a: { ref: string }, b: { ref: string }): number {
  return a.ref < b.ref ? -1 : 1
}

function byPath(a: { layer: string; path: string }, b: { layer: string; path: string }): number {
  return `${a.layer} ${a.path}` < `${b.layer} ${b.path}` ? -1 : 1
}
