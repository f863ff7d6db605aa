import type { ReadConfig } from '../flux/config-object.ts'
import { collectVariables } from '../flux/substitute-vars.ts'
import { checkValues, type ValuesCheck } from '../flux/values-check.ts'
import { variablesUsed } from '../flux/variables-used.ts'
import { readYamlValues } from '../flux/yaml.ts'
import { own } from '../model/json.ts'
import { createRecent } from '../model/recent.ts'
import { refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { RawObject, ReferenceState, ReferenceUse } from '../model/snapshot.ts'
import { resourceVersionOf } from './raw-object.ts'
import type { TakenObject, TakenTarget } from './take-object.ts'

/** What the unmasked object tells: the check that goes into the status body of a live HelmRelease, and whether there is something to tell. */
export type Look = { readonly check: ValuesCheck | null; readonly noted: boolean }

/** Looks into what controllers make of HelmReleases and Kustomizations, while secret values are at hand. */
export type EffectiveChecks = {
  readonly look: (object: TakenObject) => Look
  /** Whether nothing has changed that the look at an unchanged object depends on. */
  readonly isKnown: (object: TakenObject) => boolean
}

const NOTHING: Look = { check: null, noted: false }

/** How references to what the object composes from are used. */
const SOURCES: Record<'HelmRelease' | 'Kustomization', ReferenceUse> = {
  HelmRelease: 'values',
  Kustomization: 'substitute',
}

/**
 * `referenced` by `refKey`; `states` of what is not among them. Files have no controller behind them, and their Secrets may be
 * written in other forms: nothing is checked there.
 */
export function createEffectiveChecks(
  referenced: ReadonlyMap<string, TakenObject>,
  states: ReadonlyMap<string, ReferenceState>,
): EffectiveChecks {
  const readIn = (namespace: string): ReadConfig => {
    return (kind, name) => {
      const key = refKey({ group: '', kind, namespace, name })
      const found = referenced.get(key)
      if (found !== undefined) return found.limit === null ? found.raw() : 'failed'
      return states.get(key) === 'absent' ? 'absent' : 'failed'
    }
  }
  const texts = createRecent<string, ReturnType<typeof readYamlValues>>(KEPT)
  const readText = (text: string): ReturnType<typeof readYamlValues> => texts(text, readYamlValues)
  /** The same content as then, or as then none that can be read, for the same reason. */
  const isKnown = ({ to, state = 'present' }: TakenTarget): boolean => {
    const key = refKey(to)
    const found = referenced.get(key)
    if (found !== undefined) return found.known !== null
    return state !== 'present' && (state === 'absent') === (states.get(key) === 'absent')
  }
  return {
    look: ({ ref, raw }) => {
      const kind = composingKind(ref)
      if (kind === 'Kustomization') return { check: null, noted: failsToSubstitute(raw(), readIn(ref.namespace)) }
      return kind === null || resourceVersionOf(raw()) === null
        ? NOTHING
        : lookAtValues(raw(), readIn(ref.namespace), readText)
    },
    isKnown: ({ ref, targets }) => {
      const kind = composingKind(ref)
      return kind === null || targets.every((target) => target.use !== SOURCES[kind] || isKnown(target))
    },
  }
}

/** So many values files stay read, for the next of the releases that share them. */
const KEPT = 16

function lookAtValues(release: RawObject, read: ReadConfig, readText: typeof readYamlValues): Look {
  const check = checkValues(release, read, readText)
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
