import type { ReadConfig } from '../flux/config-object.ts'
import { checkValues, withValuesCheck } from '../flux/values-check.ts'
import { digArray, digString, type JsonObject } from '../model/json.ts'
import { refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { RawObject, ReferenceState } from '../model/snapshot.ts'
import type { KnownObjects } from '../service/ports.ts'
import type { ObjectLimits } from './object-limits.ts'
import { resourceVersionOf, uidOf } from './raw-object.ts'

export type Identified = { readonly raw: RawObject; readonly ref: ResourceRef }

/** The checks of the unmasked values of HelmReleases; they go into their status bodies. */
export type ValuesChecks = {
  /** The status to be kept of an object: with its check, where it is a HelmRelease of a live cluster. */
  readonly addTo: (status: JsonObject | null, raw: RawObject, ref: ResourceRef) => JsonObject | null
  /** Whether nothing has changed that the check of an unchanged object depends on. */
  readonly isKnown: (raw: RawObject, ref: ResourceRef) => boolean
}

type Read = {
  readonly referenced: ReadonlyMap<string, Identified>
  readonly states: ReadonlyMap<string, ReferenceState>
  readonly limits: ObjectLimits
}

/** Files have no controller behind them, and their Secrets may be written in other forms: nothing is checked there. */
export function createValuesChecks({ referenced, states, limits }: Read, known: KnownObjects | null): ValuesChecks {
  const readIn = (namespace: string): ReadConfig => {
    return (kind, name) => {
      const key = refKey({ group: '', kind, namespace, name })
      const found = referenced.get(key)
      if (found !== undefined) return limits(found.raw) === null ? found.raw : 'failed'
      return states.get(key) === 'absent' ? 'absent' : 'failed'
    }
  }
  const isUnchanged = (key: string): boolean => {
    const raw = referenced.get(key)?.raw
    const uid = raw === undefined ? null : uidOf(raw)
    const before = uid === null ? undefined : known?.byUid.get(uid)
    return before !== undefined && before.resourceVersion === resourceVersionOf(raw!)
  }
  return {
    addTo: (status, raw, ref) => {
      if (!isRelease(ref) || resourceVersionOf(raw) === null) return status
      return withValuesCheck(status, checkValues(raw, readIn(ref.namespace)))
    },
    isKnown: (raw, ref) => !isRelease(ref) || sourcesOf(raw, ref.namespace).every(isUnchanged),
  }
}

function isRelease({ group, kind }: ResourceRef): boolean {
  return kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io'
}

/** Keys of what valuesFrom names. */
function sourcesOf(raw: RawObject, namespace: string): string[] {
  return digArray(raw, 'spec', 'valuesFrom').map((reference) =>
    refKey({
      group: '',
      kind: digString(reference, 'kind') ?? '',
      namespace,
      name: digString(reference, 'name') ?? '',
    }),
  )
}
