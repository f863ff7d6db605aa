import { dig, digArray, digString, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import type { InstallFacts } from '../model/snapshot.ts'
import { controllerOf, isConfigured } from './controller-facts.ts'
import { requiredVariables } from './envsubst.ts'

/** A variable that is used without a default, and where in the object: `spec.patches[0].patch`. */
export type VariableUse = { readonly name: string; readonly field: string }

/**
 * The post-build variables that a Kustomization needs, as far as its own object shows: in the texts that it adds to what is built (patches,
 * images, name prefix and suffix). What stands in the source is not seen. Each name once; of masked texts what is left of them.
 */
export function variablesUsed(spec: Json | undefined): VariableUse[] {
  const uses = new Map<string, string>()
  const look = (value: Json | undefined, field: string): void => {
    for (const text of textsIn(value)) {
      for (const name of requiredVariables(text)) if (!uses.has(name)) uses.set(name, field)
    }
  }
  digArray(spec, 'patches').forEach((patch, at) => look(dig(patch, 'patch'), `spec.patches[${at}].patch`))
  digArray(spec, 'images').forEach((image, at) => {
    for (const key of ['newName', 'newTag', 'digest']) look(dig(image, key), `spec.images[${at}].${key}`)
  })
  for (const key of ['namePrefix', 'nameSuffix']) look(digString(spec, key), `spec.${key}`)
  return [...uses].map(([name, field]) => ({ name, field }))
}

/** A patch may have become a tree, where something in it is masked. */
function textsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return value.includes('${') ? [value] : []
  if (isJsonArray(value)) return value.flatMap(textsIn)
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : []
}

const GATE = 'StrictPostBuildSubstitutions'

/**
 * Whether an undefined variable fails the build there: by the feature gate, which is on from kustomize-controller 1.9 (Flux 2.9) unless it
 * is set. Null where the arguments were not read, since the gate may be set in any version, or neither gate nor version is known.
 */
export function isStrict(install: InstallFacts): boolean | null {
  const controller = controllerOf(install, 'kustomize-controller')
  if (controller === undefined || !isConfigured(controller)) return null
  return controller.featureGates[GATE] ?? isSince(controller.version, 1, 9) ?? isSince(install.flux, 2, 9)
}

/** Whether a version is at least `major.minor`; null for none that can be read. */
export function isSince(version: string | null, major: number, minor: number): boolean | null {
  const found = /^v?(\d+)\.(\d+)/.exec(version ?? '')
  if (found === null) return null
  const [, first, second] = found.map(Number)
  return first! > major || (first === major && second! >= minor)
}
