import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { run } from '../../src/cli/program.ts'
import type { Comparison, Difference, Drift, Explanation } from '../../src/model/comparison.ts'
import type { RunningCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { captureStreams } from '../cli/capture-streams.ts'
import { MUTATION, mutate } from './mutations.ts'
import { naiveDifferences, resolvePointer, type NaiveDifference } from './naive-truth.ts'
import { truthFleet, type KubeObject, type Value } from './truth-fleet.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-truth-'))
const DOCUMENTED = new Set(
  [...readFileSync('docs/equivalences.md', 'utf8').matchAll(/^## `([a-z-]+)`$/gm)].map((match) => match[1]!),
)
let simulator: Simulator
let production: RunningCluster

before(async () => {
  simulator = await startSimulator({
    clusters: ['staging', 'production'].map((name) => ({ name, folders: [], objects: truthFleet() })),
  })
  production = simulator.clusters.get('production')!
  writeFileSync(join(folder, 'kubeconfig'), simulator.kubeconfig)
})

beforeEach(() => {
  for (const object of truthFleet()) production.apply(object)
})

after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

async function compare(): Promise<Comparison> {
  const streams = captureStreams({ HOME: folder, FLUX_COMPARE_KEY_FILE: join(folder, 'key') })
  const args = ['--kubeconfig', join(folder, 'kubeconfig'), '--no-history', '-o', 'json', '--explain']
  const code = await run(['staging', 'production', ...args], streams)
  const comparison = JSON.parse(streams.out()) as Comparison
  assert.equal(code, comparison.verdict === 'drifted' ? 1 : 0, `${comparison.verdict}: ${show(comparison.findings)}`)
  return comparison
}

test('equal clusters are in sync', async () => {
  const comparison = await compare()
  assert.equal(comparison.verdict, 'in-sync')
  assert.deepEqual(comparison.drifts, [])
  // All but the FluxReport, which is current state, and what nothing refers to.
  assert.equal(comparison.summary.objects, truthFleet().length - 3)
})

test('what is told is what plain JSON shows, and nothing else', async () => {
  const mutations = fc.array(MUTATION, { minLength: 1, maxLength: 14 })
  await fc.assert(
    fc.asyncProperty(mutations, async (list) => {
      const [staging, changed] = [truthFleet(), truthFleet()]
      for (const mutation of list) mutate(changed[mutation.object % changed.length]!, mutation)
      for (const object of changed) production.apply(structuredClone(object))
      const comparison = await compare()
      staging.forEach((object, index) => checkObject(comparison, object, changed[index]!))
      checkDerived(comparison)
    }),
    { numRuns: 60, seed: 20261121, endOnFailure: true },
  )
})

test('objects on one side only are exactly those', async () => {
  const free = truthFleet().filter(({ kind }) => ['Bucket', 'ImagePolicy', 'Alert', 'HelmChart'].includes(kind))
  await fc.assert(
    fc.asyncProperty(fc.subarray(free.map((_, index) => index)), fc.nat(3), async (gone, extra) => {
      for (const index of gone) remove(free[index]!)
      const added = free.slice(0, extra).map((object) => renamed(object))
      for (const object of added) production.apply(object)
      const comparison = await compare()
      const told = (presence: object): string[] =>
        comparison.drifts
          .filter((drift) => JSON.stringify(drift.presence) === JSON.stringify(presence))
          .map(({ ref }) => `${ref.kind}/${ref.name}`)
          .sort()
      const name = (object: KubeObject): string => `${object.kind}/${object.metadata.name}`
      const missing = gone.map((index) => name(free[index]!)).sort()
      assert.deepEqual(told({ staging: 'present', production: 'absent' }), missing)
      assert.deepEqual(told({ staging: 'absent', production: 'present' }), added.map(name).sort())
      assert.equal(comparison.drifts.length, gone.length + added.length)
      for (const object of added) remove(object)
      for (const index of gone) production.apply(free[index]!)
    }),
    { numRuns: 10, seed: 7 },
  )
})

function remove({ apiVersion, kind, metadata }: KubeObject): void {
  production.remove({ group: apiVersion.split('/')[0]!, kind, ...metadata })
}

function renamed(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-extra` } }
}

type Pair = { readonly staging: KubeObject; readonly production: KubeObject }

function checkObject(comparison: Comparison, staging: KubeObject, changed: KubeObject): void {
  const { kind, metadata } = staging
  const isThis = ({ ref }: { ref: Drift['ref'] }): boolean => ref.kind === kind && ref.name === metadata.name
  const drift = comparison.drifts.find(isThis)
  if (metadata.name === 'unrelated' || kind === 'FluxReport') {
    assert.equal(drift, undefined)
    return
  }
  const root = kind === 'ConfigMap' || kind === 'Secret' ? 'data' : 'spec'
  const naive = naiveDifferences(staging[root], changed[root], { a: `/${root}`, b: `/${root}`, lists: [] })
  // What controllers make of several objects is no matter of the text of one: test/flux and test/scenarios hold it to the truth.
  const told = (drift?.differences ?? []).filter(({ layer }) => !EFFECTIVE.has(layer)).map(rooted)
  const explained = (comparison.explanations ?? []).filter(isThis)
  const text = `${kind}/${metadata.name}`
  for (const difference of naive) {
    const fuzzy = isFuzzy(difference, naive)
    const covered =
      told.some((one) => covers(one, difference, fuzzy)) || explained.some((one) => explains(one, difference))
    assert.ok(covered, `${text} misses ${show(difference)}\ntold ${show(told)}\nexplained ${show(explained)}`)
  }
  for (const one of told) {
    assert.ok(
      naive.some((difference) => covers(one, difference, true)),
      `${text} invents ${show(one)}\nnaive ${show(naive)}`,
    )
    checkValues(one, { staging, production: changed }, text)
  }
}

const EFFECTIVE: ReadonlySet<string> = new Set(['values', 'substitutions'])

/** What follows from other differences names them, and only those that follow are not counted. */
function checkDerived({ drifts, summary }: Comparison): void {
  const all = drifts.flatMap(({ differences }) => differences)
  const counted = all.filter(({ derivedFrom }) => derivedFrom.length === 0)
  const known = new Set(counted.map(({ fingerprint }) => fingerprint))
  for (const { derivedFrom, layer } of all) {
    assert.ok(derivedFrom.every((fingerprint) => known.has(fingerprint)))
    assert.ok(derivedFrom.length === 0 || EFFECTIVE.has(layer))
  }
  assert.equal(summary.differences, counted.length)
}

/** Pointers of the layer `data` begin below `data`. */
function rooted(difference: Difference): Difference {
  if (difference.layer !== 'data') return difference
  const pointers = Object.entries(difference.pointers).map(([name, pointer]) => [name, `/data${pointer}`])
  return { ...difference, pointers: Object.fromEntries(pointers) as Record<string, string> }
}

/** By index, an item put in or taken out makes all that follow differ; a program that pairs them better tells less. */
function isFuzzy({ lists }: NaiveDifference, all: readonly NaiveDifference[]): boolean {
  const [outer] = lists
  return outer !== undefined && all.filter((other) => other.lists.includes(outer)).length > 1
}

function covers({ pointers }: Difference, { a, b, lists }: NaiveDifference, fuzzy: boolean): boolean {
  const [left, right] = [pointers['staging'], pointers['production']]
  const near = (told: string | undefined, naive: string | undefined): boolean =>
    told !== undefined &&
    naive !== undefined &&
    (isPrefix(told, naive) || isPrefix(naive, told) || (fuzzy && lists.some((list) => isPrefix(list, told))))
  return (
    near(left, a?.pointer) || near(right, b?.pointer) || (fuzzy && (near(left, b?.pointer) || near(right, a?.pointer)))
  )
}

function isPrefix(short: string, long: string): boolean {
  return long === short || long.startsWith(`${short}/`)
}

function explains({ because, values }: Explanation, { a, b, lists }: NaiveDifference): boolean {
  if (!DOCUMENTED.has(because)) return false
  if (because.startsWith('list-')) return lists.length > 0
  const same = (told: unknown, naive: Value | undefined): boolean =>
    naive === undefined || show(plain(told)).includes(show(plain(naive)))
  if (because.endsWith('-text')) return typeof (a ?? b)?.value === 'string'
  return same(values['staging'], a?.value) && same(values['production'], b?.value)
}

/** What is told of a value is what the API server holds there, unless it is masked or part of a document inside of text. */
function checkValues(difference: Difference, pair: Pair, text: string): void {
  assert.deepEqual(Object.keys(difference.unknown), [])
  for (const side of ['staging', 'production'] as const) {
    const pointer = difference.pointers[side]
    const told = difference.values[side]
    assert.equal(pointer === undefined, told === undefined, `${text} ${show(difference)}`)
    // A move tells from which place to which.
    if (pointer === undefined || Object.values(difference.changes).includes('moved')) continue
    const held = resolvePointer(pair[side], text.startsWith('Secret/') ? withinText(pointer) : pointer)
    assert.notEqual(held, undefined, `${text}: nothing at ${pointer} of ${side}: ${show(difference)}`)
    if (text.startsWith('Secret/')) assert.match(show(told), /"masked":"hmac:/)
    else if (!isInDocument(held!, told) && !show(told).includes('"masked"'))
      assert.equal(show(plain(told)), show(plain(held)), `${text} at ${pointer} of ${side}`)
  }
}

/** A Secret that Flux reads as YAML is a tree of masks: its pointers go on inside of the text. */
function withinText(pointer: string): string {
  return pointer.split('/').slice(0, 3).join('/')
}

/** Inside of a text, the pointer names the text. */
function isInDocument(held: Value, told: unknown): boolean {
  return typeof held === 'string' && held !== told && /[:{[-]/.test(held)
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return [['$number', String(value)]]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([key, item]) => [key, plain(item)] as const)
    .sort(([x], [y]) => (x < y ? -1 : 1))
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)) ?? 'nothing'
}
