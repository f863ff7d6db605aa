import { displayRef } from '../../model/resource-ref.ts'
import { count, type Found } from '../finding.ts'
import { listed } from '../listing.ts'
import type { Run } from '../run.ts'
import type { UnitResult } from '../unit.ts'
import { opensNothing } from './prove.ts'

/** Objects of which something could not be read, and nothing is open all the same. What is proven to differ is told as a difference. */
export function proofFindings(run: Run, results: readonly UnitResult[]): Found[] {
  const proven = results.filter(({ proof }) => proof !== null && opensNothing(proof))
  if (proven.length === 0) return []
  const sides = run.sides.filter((side) => proven.some(({ proof }) => (proof!.unread.get(side) ?? []).length > 0))
  const names = sides.map((side) => side.name).join(', ')
  return [
    {
      code: 'proven-equal',
      severity: 'low',
      sides,
      subject: 'digest',
      message: `of ${count(proven.length, 'object')} not everything could be read on ${names}, but the digests of the controllers prove that they took the same on all clusters: ${listed(proven.map(({ unit }) => displayRef(unit.ref)))}`,
      hint: 'Grant get for the objects that could not be read to see the values themselves.',
    },
  ]
}
