import type { Finding, Severity } from '../model/comparison.ts'
import { compareRefs, compareText, refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { FindingCode } from './finding-codes.ts'
import { fingerprintOf } from './fingerprints.ts'
import type { Participants } from './fingerprints.ts'
import { severityRank } from './severity.ts'
import type { Side } from './side.ts'

/** A finding before it has its fingerprint. `subject` tells it from others of its code, clusters and ref; free of values. */
export type Found = {
  readonly code: FindingCode
  readonly severity: Severity
  readonly sides: readonly Side[]
  readonly ref?: ResourceRef
  readonly subject?: string
  readonly message: string
  readonly hint: string
}

export function findingOf(participants: Participants, found: Found): Finding {
  const { code, severity, sides, ref = null, subject = '', message, hint } = found
  const clusters = sides.map((side) => side.name)
  const parts = ['finding', code, ref === null ? '' : refKey(ref), subject, ...[...clusters].sort(compareText)]
  return { code, severity, clusters, ref, message, hint, fingerprint: fingerprintOf(participants, parts) }
}

/** Most severe first, then by code, object and text. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    compareText(a.code, b.code) ||
    (a.ref && b.ref ? compareRefs(a.ref, b.ref) : Number(b.ref !== null) - Number(a.ref !== null)) ||
    compareText(a.message, b.message) ||
    compareText(a.fingerprint, b.fingerprint)
  )
}

/** `3 values`, `1 value`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
