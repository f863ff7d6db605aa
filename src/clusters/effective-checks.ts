import type { ReadConfig } from '../flux/config-object.ts'
import { collectVariables } from '../flux/substitute-vars.ts'
import { checkValues, type ValuesCheck } from '../flux/values-check.ts'
import { variablesUsed } from '../flux/variables-used.ts'
import { digArray, digString, own } from '../model/json.ts'
import { refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { RawObject, ReferenceState } from '../model/snapshot.ts'
import type { KnownObjects } from '../service/ports.ts'
import type { ObjectLimits } from './object-limits.ts'
import { resourceVersionOf, uidOf } from './raw-object.ts'

export type Identified = { readonly raw: RawObject; readonly ref: ResourceRef }

/** What the unmasked object tells: the check that goes into the status body of a live HelmRelease, and whether there is something to tell. */
export type Look = { readonly check: ValuesCheck | null; readonly noted: boolean }

/** Looks into what controllers make of HelmReleases and Kustomizations, while secret values are at hand. */
export type EffectiveChecks = {
  readonly look: (raw: RawObject, ref: ResourceRef) => Look
  /** Whether nothing has changed that the look at an unchanged object depends on. */
  readonly isKnown: (raw: RawObject, ref: ResourceRef) => boolean
}

const NOTHING: Look = { check: null, noted: false }

type Read = {
  readonly referenced: ReadonlyMap<string, Identified>
  readonly states: ReadonlyMap<string, ReferenceState>
  readonly limits: ObjectLimits
}

/** Files have no controller behind them, and their Secrets may be written in other forms: nothing is checked there. */
export function createEffectiveChecks(
  { referenced, states, limits }: Read,
  known: KnownObjects | null,
): EffectiveChecks {
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
    look: (raw, ref) => {
      const kind = composingKind(ref)
      if (kind === 'Kustomization') return { check: null, noted: failsToSubstitute(raw, readIn(ref.namespace)) }
      return kind === null || resourceVersionOf(raw) === null ? NOTHING : lookAtValues(raw, readIn(ref.namespace))
    },
    isKnown: (raw, ref) => sourcesOf(raw, ref).every(isUnchanged),
  }
}

function lookAtValues(release: RawObject, read: ReadConfig): Look {
  const check = checkValues(release, read)
  return { check, noted: check.digest === 'differs' || check.problem !== null || check.inlineIgnored }
}

/** Whether variables cannot be collected, or one that the object itself uses is not defined. */
function failsToSubstitute(kustomization: RawObject, read: ReadConfig): boolean {
  const spec = own(kustomization, 'spec')
  const postBuild = own(spec, 'postBuild')
  if (postBuild === undefined) return false
  const found = collectVariables(postBuild, read)
  if (!found.ok) return true
  return found.runs && variablesUsed(spec).some(({ name }) => !found.variables.has(name))
}

function composingKind({ group, kind }: ResourceRef): 'HelmRelease' | 'Kustomization' | null {
  if (kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io') return kind
  return kind === 'Kustomization' && group === 'kustomize.toolkit.fluxcd.io' ? kind : null
}

/** Keys of the ConfigMaps and Secrets that the object composes from. */
function sourcesOf(raw: RawObject, ref: ResourceRef): string[] {
  const kind = composingKind(ref)
  if (kind === null) return []
  const field = kind === 'HelmRelease' ? ['valuesFrom'] : ['postBuild', 'substituteFrom']
  return digArray(raw, 'spec', ...field).map((reference) =>
    refKey({
      group: '',
      kind: digString(reference, 'kind') ?? '',
      namespace: ref.namespace,
      name: digString(reference, 'name') ?? '',
    }),
  )
}
