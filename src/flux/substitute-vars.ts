import { dig, digString, isJsonArray, isJsonObject } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { configData } from './config-object.ts'
import type { ConfigValue, ReadConfig } from './config-object.ts'
import { substituteVariables } from './envsubst.ts'
import { goJson } from './go-json.ts'
import { encodeGoYaml } from './go-yaml-encode.ts'
import { readYaml, readYamlValues } from './yaml.ts'

/** The variables of a Kustomization. `runs` is false where nothing is substituted at all, not even defaults. */
export type PostBuildVariables =
  | {
      readonly ok: true
      readonly variables: ReadonlyMap<string, string>
      /** Of variables that are not valid UTF-8: their bytes, one a code unit. */
      readonly bytes: ReadonlyMap<string, string>
      readonly runs: boolean
    }
  | { readonly ok: false; readonly message: string }

const NAME = /^[_A-Za-z][_A-Za-z0-9]*$/
const SWITCH = 'kustomize.toolkit.fluxcd.io/substitute'

/**
 * Collects the variables of `spec.postBuild` as kustomize-controller does: `substituteFrom` in its order, `substitute` over all of
 * them, newlines removed. One wrong name, or one object that cannot be read, fails the whole Kustomization.
 */
export function collectVariables(postBuild: Json, read: ReadConfig): PostBuildVariables {
  const collected: Collected = { variables: new Map(), bytes: new Map() }
  const { variables, bytes } = collected
  const problem = addFromObjects(postBuild, read, collected) ?? addInline(postBuild, collected)
  if (problem !== null) return { ok: false, message: problem }
  for (const name of variables.keys()) {
    if (!isVariableName(name)) return { ok: false, message: 'the name of a variable is not valid' }
  }
  const always = digString(postBuild, 'substituteStrategy') === 'Always'
  return { ok: true, variables, bytes, runs: always || variables.size > 0 }
}

/** Whether the controller takes it for the name of a variable; any other fails the whole build. */
export function isVariableName(name: string): boolean {
  return NAME.test(name)
}

/** What is wrong, or null. */
type Problem = string | null
type Collected = { readonly variables: Map<string, string>; readonly bytes: Map<string, string> }

function addFromObjects(postBuild: Json, read: ReadConfig, collected: Collected): Problem {
  const references = dig(postBuild, 'substituteFrom')
  if (!isReferenceList(references)) return 'substituteFrom is no list of references'
  for (const reference of references ?? []) {
    const problem = addFromObject(reference, read, collected)
    if (problem !== null) return problem
  }
  return null
}

/**
 * Whether `substituteFrom` can be read, or is absent. As the controller's own type has it: fields that are absent or null have no value,
 * any other must fit.
 */
export function isReferenceList(references: Json | undefined): references is readonly Json[] | null | undefined {
  return references === undefined || references === null || (isJsonArray(references) && references.every(isReference))
}

function isReference(reference: Json): boolean {
  const fits = (key: string, type: string) => [type, 'undefined'].includes(typeof (dig(reference, key) ?? undefined))
  return isJsonObject(reference) && fits('kind', 'string') && fits('name', 'string') && fits('optional', 'boolean')
}

function addFromObject(reference: Json, read: ReadConfig, collected: Collected): Problem {
  const kind = digString(reference, 'kind')
  const name = digString(reference, 'name') ?? ''
  if (kind !== 'ConfigMap' && kind !== 'Secret') return null
  const object = read(kind, name)
  if (object === 'absent') return dig(reference, 'optional') === true ? null : `${kind} ${name} does not exist`
  if (object === 'failed') return `${kind} ${name} cannot be read`
  for (const [key, value] of configData(kind, object)) set(collected, key, value)
  return null
}

function set({ variables, bytes }: Collected, name: string, value: ConfigValue): void {
  variables.set(name, withoutNewlines(value.text))
  if (value.valid) bytes.delete(name)
  else bytes.set(name, withoutNewlines(value.bytes))
}

function addInline(postBuild: Json, collected: Collected): Problem {
  const inline = dig(postBuild, 'substitute')
  if (inline === undefined || inline === null) return null
  if (!isJsonObject(inline)) return 'substitute is not a map'
  for (const [key, value] of Object.entries(inline)) {
    if (typeof value !== 'string') return 'a variable of substitute is not text'
    set(collected, key, { text: value, valid: true })
  }
  return null
}

/** As the controller takes every value. */
export function withoutNewlines(value: string): string {
  return value.replaceAll('\n', '')
}

/** `skipped`: a label or annotation of the resource switches substitution off. `message` quotes no value. */
export type SubstitutedResource =
  | { readonly state: 'substituted'; readonly resource: Json }
  | { readonly state: 'skipped' }
  | { readonly state: 'failed'; readonly message: string }

/**
 * Substitutes variables in one resource as kustomize-controller does after a build: in its YAML text, which is then read again, so
 * that unquoted text may become a number, a boolean or a map, and every number a double. `strict`: feature gate StrictPostBuildSubstitutions.
 */
export function substituteResource(
  resource: JsonObject,
  found: PostBuildVariables,
  strict: boolean,
): SubstitutedResource {
  if (isSwitchedOff(resource)) return { state: 'skipped' }
  if (!found.ok) return { state: 'failed', message: found.message }
  if (!found.runs) return { state: 'substituted', resource }
  const template = resourceText(resource)
  if (template === null) return { state: 'failed', message: 'the resource cannot be written as YAML' }
  const result = substituteVariables(template, found.variables, strict, found.bytes)
  if (!result.ok) return { state: 'failed', message: result.message }
  const again = readYamlValues(result.text)
  return again.ok ? { state: 'substituted', resource: again.value } : { state: 'failed', message: again.message }
}

function isSwitchedOff(resource: JsonObject): boolean {
  const metadata = dig(resource, 'metadata')
  return ['labels', 'annotations'].some((field) => digString(metadata, field, SWITCH) === 'disabled')
}

/** The YAML text of a resource in which variables are replaced; null where it holds signs that YAML forbids. */
export function resourceText(resource: JsonObject): string | null {
  const read = readYaml(goJson(resource))
  return read.ok ? encodeGoYaml(read.value, 'natural') : null
}
