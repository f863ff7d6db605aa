import { coverageIn, type CoverageStatus, type KindCoverage } from '../model/coverage.ts'
import { refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { Reference, ReferenceState } from '../model/snapshot.ts'
import type { TakenTarget } from './take-object.ts'

export type ReferenceFacts = {
  /** `refKey`s of everything that was read. */
  readonly present: ReadonlySet<string>
  /** What became of ConfigMaps and Secrets that were asked for by name. */
  readonly states: ReadonlyMap<string, ReferenceState>
  readonly coverage: readonly KindCoverage[]
  /** Whether the lists were narrowed to a selection, so that they prove no absence. */
  readonly selective: boolean
}

const STATES: Record<CoverageStatus, ReferenceState> = {
  complete: 'absent',
  'not-installed': 'absent',
  forbidden: 'forbidden',
  partial: 'failed',
  failed: 'failed',
  'not-asked': 'not-asked',
}

/** Says of each reference what became of the object that it names. Absence is said only where a 404 or a complete list proves it. */
export function resolveReferences(targets: readonly TakenTarget[], facts: ReferenceFacts): Reference[] {
  const rows = new Map(facts.coverage.map((row) => [`${row.group}/${row.kind}`, row]))
  return targets.map((target) => {
    const state = stateOf(target.to, facts, rows)
    return hasState(target, state) ? target : { ...target, state }
  })
}

/** One that is as it was is kept as the object that it was: storing finds it again at once. */
function hasState(target: TakenTarget, state: ReferenceState): target is Reference {
  return target.state === state
}

function stateOf(to: ResourceRef, facts: ReferenceFacts, rows: ReadonlyMap<string, KindCoverage>): ReferenceState {
  const key = refKey(to)
  if (facts.present.has(key)) return 'present'
  if (to.group === '') return facts.states.get(key) ?? 'not-asked'
  const row = rows.get(`${to.group}/${to.kind}`)
  if (!row) return 'not-asked'
  const state = STATES[coverageIn(row, to.namespace)]
  return facts.selective && state === 'absent' && row.status !== 'not-installed' ? 'not-asked' : state
}
