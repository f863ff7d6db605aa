import { dig, digArray, digString, isJsonObject, setOwn, type Json } from '../model/json.ts'
import type { Origin } from '../model/comparison.ts'
import { configKind, configValue, sourceLabels } from './effective.ts'
import type { Effective, FoundConfig, ReadReference } from './effective.ts'
import { isVariableName, withoutNewlines } from './substitute-vars.ts'

/** Effective post-build variables; `invalid`: names that make the build fail, with their source, sorted as they come. */
export type EffectiveVariables =
  | (Extract<Effective, { state: 'composed' }> & {
      readonly invalid: readonly { readonly name: string; readonly from: string }[]
      /** False where nothing is substituted at all, not even defaults. */
      readonly runs: boolean
    })
  | Exclude<Effective, { state: 'composed' }>

/**
 * The variables of a Kustomization from masked data, as `collectVariables` collects them: substituteFrom in its order, `substitute` over
 * all of them, newlines removed; kinds other than ConfigMap and Secret are skipped. A masked value stays a mask.
 */
export function composeEffectiveVariables(postBuild: Json | undefined, read: ReadReference): EffectiveVariables {
  const variables = new Map<string, { value: Json; sources: string[] }>()
  const references = digArray(postBuild, 'substituteFrom')
  const names = sourceLabels(references.map(nameOf), 'substituteFrom')
  for (const [at, reference] of references.entries()) {
    const stop = addReference({ reference, name: names[at]! }, () => read(at), variables)
    if (stop !== null) return stop
  }
  if (!addInline(dig(postBuild, 'substitute'), variables)) {
    return { state: 'not-composable', problem: 'data not readable', source: 'inline', line: null }
  }
  const tree: Record<string, Json> = {}
  for (const [name, { value }] of variables) setOwn(tree, name, value)
  const invalid = [...variables]
    .filter(([name]) => !isVariableName(name))
    .map(([name, { sources }]) => ({ name, from: sources.at(-1)! }))
  const always = digString(postBuild, 'substituteStrategy') === 'Always'
  const originAt = ([name = '']: readonly string[]): Origin | null => originOf(variables.get(name)?.sources)
  return { state: 'composed', tree, originAt, invalid, runs: always || variables.size > 0 }
}

type Variables = Map<string, { value: Json; sources: string[] }>

function nameOf(reference: Json): string {
  return `${digString(reference, 'kind') ?? ''}/${digString(reference, 'name') ?? ''}`
}

type Named = { readonly reference: Json; readonly name: string }

function addReference(
  { reference, name }: Named,
  read: () => FoundConfig,
  variables: Variables,
): Exclude<Effective, { state: 'composed' }> | null {
  const kind = configKind(reference)
  if (kind === null) return null
  const object = read()
  if (object.found === 'unknown') return { state: 'unknown', reason: object.reason, asked: object.asked }
  if (object.found === 'absent') {
    if (dig(reference, 'optional') === true) return null
    return { state: 'not-composable', problem: 'object not found', source: name, line: null }
  }
  const data = dig(object.body, 'data')
  for (const key of isJsonObject(data) ? Object.keys(data) : []) {
    const value = configValue(object.body, kind, key)
    if (value !== undefined) add(variables, key, value, labelOfKey(name, key))
  }
  return null
}

/** False where it is no map of texts. What was text may be a mask or a tree of masks by now. */
function addInline(inline: Json | undefined, variables: Variables): boolean {
  if (inline === undefined) return true
  if (!isJsonObject(inline)) return false
  for (const name of Object.keys(inline)) {
    const value = inline[name]!
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return false
    add(variables, name, value, 'inline')
  }
  return true
}

function add(variables: Variables, name: string, value: Json, source: string): void {
  const plain = typeof value === 'string' ? withoutNewlines(value) : value
  variables.set(name, { value: plain, sources: [...(variables.get(name)?.sources ?? []), source] })
}

/** The position comes last: `ConfigMap/vars:region (substituteFrom[1])`. */
function labelOfKey(name: string, key: string): string {
  const [object = '', position] = name.split(' ', 2)
  return position === undefined ? `${object}:${key}` : `${object}:${key} ${position}`
}

function originOf(sources: readonly string[] | undefined): Origin | null {
  const from = sources?.at(-1)
  return from === undefined ? null : { from, shadows: sources!.slice(0, -1) }
}
