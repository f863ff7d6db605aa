import type { KindCoverage } from '../../model/coverage.ts'
import { refKey } from '../../model/resource-ref.ts'
import type { Reference } from '../../model/snapshot.ts'
import { isUnreadSighting } from '../outcome.ts'
import { refsOf, referencesOn } from '../pairing.ts'
import type { Run } from '../run.ts'
import { isDataRef } from '../side.ts'
import type { Side } from '../side.ts'
import type { UnitResult } from '../unit.ts'
import { isProvenOn } from './prove.ts'
import { enters } from './references.ts'

/** What could not be read, but has its answer by the digests of all that use it. */
export type Settled = {
  /** Of ConfigMaps and Secrets: those that leave nothing open no longer count as unknown. */
  readonly results: readonly UnitResult[]
  /** Whether all that was not read of this kind there has its answer. */
  readonly covers: (side: Side, coverage: KindCoverage) => boolean
}

export function settleUnread(run: Run, results: readonly UnitResult[]): Settled {
  if (results.every(({ proof }) => proof === null)) return { results, covers: () => false }
  const users = new Map(
    results.flatMap((result) =>
      result.proof === null ? [] : refsOf(result.unit).map((ref) => [refKey(ref), result] as const),
    ),
  )
  const isAnswered = (side: Side, reference: Reference): boolean => {
    const proof = users.get(refKey(reference.from))?.proof
    return proof !== null && proof !== undefined && enters(reference) && isProvenOn(proof, side)
  }
  return {
    results: results.map((result) => (result.unit.data ? settleData(run, result, isAnswered) : result)),
    covers: (side, { group, kind }) => {
      if (!isDataRef({ group, kind, namespace: '', name: '' })) return false
      const unread = side.snapshot.references.filter((one) => one.to.kind === kind && isUnreadState(one))
      return unread.length > 0 && unread.every((reference) => isAnswered(side, reference))
    },
  }
}

function isUnreadState({ state }: Reference): boolean {
  return state === 'forbidden' || state === 'failed'
}

function settleData(
  run: Run,
  result: UnitResult,
  isAnswered: (side: Side, reference: Reference) => boolean,
): UnitResult {
  const unread = run.sides.filter((side) => isUnreadSighting(result.sightings[side.index]!))
  if (unread.length === 0) return result
  const isSettled = unread.every((side) => {
    const references = referencesOn(result.unit, side)
    return references.length > 0 && references.every((reference) => isAnswered(side, reference))
  })
  if (!isSettled) return result
  return { ...result, settled: true, state: result.state === 'unknown' ? 'left-out' : result.state }
}
