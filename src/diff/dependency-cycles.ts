import { compareText, displayRef, refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Found } from './finding.ts'
import type { Users } from './reference-findings.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'

/**
 * Objects that wait for one another by `spec.dependsOn`: none of them is ever applied (Flux documentation of `.spec.dependsOn`). A cycle is
 * told once, with the clusters that have it.
 */
export function dependencyCycles(run: Run, users: Users): Found[] {
  const cycles = run.sides.flatMap((side) => cyclesOn(side, users).map((cycle) => ({ side, cycle })))
  const groups = Map.groupBy(cycles, ({ cycle }) => cycle.map(refKey).join('\0'))
  return [...groups.values()].map((group) =>
    cycleFinding(
      run,
      group[0]!.cycle,
      group.map(({ side }) => side),
    ),
  )
}

/** Longer cycles are told by their first objects. */
const SHOWN = 8

function cycleFinding(run: Run, cycle: readonly ResourceRef[], sides: readonly Side[]): Found {
  const read = run.sides.filter((side) => side.snapshot.error === null)
  const shown = cycle.slice(0, SHOWN).map(displayRef)
  const rest = cycle.length > SHOWN ? [`${cycle.length - SHOWN} more`] : []
  const path = [...shown, ...rest, displayRef(cycle[0]!)].join(' → ')
  return {
    code: 'dependency-cycle',
    severity: read.length > 1 && sides.length === read.length ? 'medium' : 'high',
    sides,
    ref: cycle[0]!,
    subject: cycle.map(refKey).join(' '),
    message: `${path} on ${sides.map((side) => side.name).join(', ')}: ${cycle.length === 1 ? 'it waits for itself and is' : 'they wait for one another and are'} never applied`,
    hint: 'Take one of these dependencies out of spec.dependsOn.',
  }
}

type Dependent = { readonly ref: ResourceRef; readonly to: string[] }
type Graph = ReadonlyMap<string, Dependent>

/** Each cycle begins with its first object in the order of keys; cycles that share an object are told one at a time. */
function cyclesOn(side: Side, users: Users): ResourceRef[][] {
  const graph = graphOf(side)
  const alive = new Set(graph.keys())
  const cycles: ResourceRef[][] = []
  for (const start of [...graph.keys()].sort(compareText)) {
    while (alive.has(start)) {
      const cycle = cycleFrom(start, graph, alive)?.map((key) => graph.get(key)!.ref)
      if (cycle?.some((ref) => users(ref) !== undefined)) cycles.push(cycle)
    }
  }
  return cycles
}

function graphOf(side: Side): Graph {
  const graph = new Map<string, Dependent>()
  for (const { use, from, to } of side.snapshot.references) {
    if (use !== 'dependency') continue
    const key = refKey(from)
    const known = graph.get(key)
    if (known) known.to.push(refKey(to))
    else graph.set(key, { ref: from, to: [refKey(to)] })
  }
  for (const { to } of graph.values()) to.sort(compareText)
  return graph
}

/** Goes on from one object to what it depends on, and takes out of `alive` what leads to nothing, until it meets itself. */
function cycleFrom(start: string, graph: Graph, alive: Set<string>): string[] | null {
  const path = [start]
  const at = new Map([[start, 0]])
  for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
    const next = graph.get(here)!.to.find((key) => alive.has(key))
    if (next === undefined) {
      alive.delete(here)
      at.delete(here)
      path.pop()
      continue
    }
    const met = at.get(next)
    if (met !== undefined) {
      const cycle = path.slice(met)
      for (const key of cycle) alive.delete(key)
      return fromLowest(cycle)
    }
    at.set(next, path.length)
    path.push(next)
  }
  return null
}

function fromLowest(cycle: readonly string[]): string[] {
  const lowest = cycle.indexOf([...cycle].sort(compareText)[0]!)
  return [...cycle.slice(lowest), ...cycle.slice(0, lowest)]
}
