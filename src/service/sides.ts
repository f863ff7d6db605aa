import type { ClusterName } from '../model/cluster.ts'
import { AppError } from '../model/errors.ts'
import { parseGoDuration } from '../flux/duration.ts'
import type { SnapshotSelector } from './ports.ts'

/** One side of a comparison. `label` is what the user wrote and how reports call it. */
export type Side =
  | { readonly from: 'cluster'; readonly cluster: ClusterName; readonly label: string }
  | { readonly from: 'file'; readonly cluster: ClusterName; readonly label: string }
  | {
      readonly from: 'history'
      readonly cluster: ClusterName
      readonly selector: SnapshotSelector
      readonly label: string
    }

/**
 * Reads a side as written: an exact context name first, then `file:PATH`, `file:-` or `-`, then split at its last `@`
 * into a cluster and what is kept of it: `previous`, `latest`, a time (RFC 3339 or a date), an age (`24h`) or a snapshot id.
 * A name that is none of these is a context, and finding out that it does not exist is left to the one who connects.
 */
export function parseSide(text: string, isContext: (name: string) => boolean, now: Date): Side {
  if (text === '') throw new AppError('input-invalid', 'a side of the comparison is empty')
  if (isContext(text)) return { from: 'cluster', cluster: text, label: text }
  if (text === '-') return { from: 'file', cluster: 'file:-', label: 'file:-' }
  if (text.startsWith('file:')) return { from: 'file', cluster: text, label: text }
  const at = text.lastIndexOf('@')
  if (at <= 0) return { from: 'cluster', cluster: text, label: text }
  const selector = parseSelector(text.slice(at + 1), now)
  if (selector === null) return { from: 'cluster', cluster: text, label: text }
  return { from: 'history', cluster: text.slice(0, at), selector, label: text }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

/** What stands behind the `@`; null where it is no selector, so that `user@host` can be a context name. A bare date means its end, UTC. */
function parseSelector(text: string, now: Date): SnapshotSelector | null {
  if (text === 'latest' || text === 'previous') return text
  if (/^snap_\w+$/.test(text)) return { id: text }
  if (DATE.test(text)) return timeSelector(`${text}T23:59:59.999Z`)
  if (TIME.test(text)) return timeSelector(text)
  const age = parseGoDuration(text)
  return age === null || age <= 0n ? null : { at: new Date(now.getTime() - Number(age / 1_000_000n)).toISOString() }
}

function timeSelector(text: string): SnapshotSelector {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new AppError('input-invalid', `${text} is not a date or time`)
  return { at: time.toISOString() }
}

/** Refuses a comparison of a thing with itself, and one with a single side. */
export function checkSides(sides: readonly Side[]): void {
  if (sides.length < 2) {
    throw new AppError(
      'input-invalid',
      `a comparison needs two sides, ${sides.length === 0 ? 'none' : 'one'} was given`,
      {
        hint: 'flux-compare BASELINE TARGET, for example: flux-compare staging production',
      },
    )
  }
  const seen = new Set<string>()
  for (const { label } of sides) {
    if (seen.has(label)) throw new AppError('same-side-twice', `${label} is given twice`)
    seen.add(label)
  }
}
