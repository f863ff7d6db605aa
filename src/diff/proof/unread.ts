import { proofDigestOf } from '../../flux/proof-digests.ts'
import { own, type Json, type JsonObject } from '../../model/json.ts'
import { displayRef, refKey } from '../../model/resource-ref.ts'
import type { Reference, SnapshotEntry } from '../../model/snapshot.ts'
import type { EffectiveUnit } from '../effective.ts'
import { findHidden, mayHide } from '../hidden.ts'
import type { Unit } from '../pairing.ts'
import type { Run } from '../run.ts'
import type { Side } from '../side.ts'
import { sourcesOn } from './references.ts'

/**
 * What enters what the controller makes of an object and could not be read there, by name: objects that were not read or whose values may
 * not be compared, and fields of the object itself with such values. Empty where all of it is known.
 */
export function unreadOn(run: Run, unit: Unit, side: Side, effective: EffectiveUnit | null): string[] {
  const sources = [...(effective?.references.get(side) ?? sourcesOn(run, unit, side)).values()]
  const unread = sources.filter((source) => isUnread(side, source)).map(({ to }) => displayRef(to))
  const names = [...new Set([...(holdsHiddenInput(unit, side) ? ['spec'] : []), ...unread])]
  const state = effective?.states.get(side)
  const open = state?.state === 'unknown' ? state : state?.state === 'composed' ? state.missing : null
  return names.length > 0 || !open ? names : [open.reason]
}

/** Whether it is not known what a ConfigMap or Secret holds that is there, or whether it is there. */
export function isUnread(side: Side, { state, to }: Reference): boolean {
  if (state === 'absent') return false
  const entry = state === 'present' ? side.data.get(refKey(to)) : undefined
  return entry === undefined || entry.limit !== null || isHidden(side, entry)
}

/** Whether values of it may not be compared. */
export function isHidden(side: Side, entry: SnapshotEntry): boolean {
  return mayHide(entry, side) && findHidden(side.snapshot.body(entry.digest)).length > 0
}

/** Whether the object itself has such values in what its controller digests. */
export function holdsHiddenInput(unit: Unit, side: Side): boolean {
  const entry = unit.entries[side.index]
  if (!entry || !mayHide(entry, side)) return false
  const body = side.snapshot.body(entry.digest)
  return findHidden(inputsOf(unit, body) ?? own(body, 'spec') ?? {}).length > 0
}

function inputsOf(unit: Unit, body: JsonObject): Json | null {
  return proofDigestOf(unit.ref)?.inputs(body) ?? null
}
