import { dig, digArray, digString, isJsonObject, setOwn, type Json } from '../model/json.ts'
import type { Origin } from '../model/comparison.ts'
import { configKind, configValue, sourceLabels } from './effective.ts'
import type { Effective, FoundConfig, Missing, ReadReference } from './effective.ts'
import { isReferenceList, isVariableName, withoutNewlines } from './substitute-vars.ts'

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
 * all of them, newlines removed; kinds other than ConfigMap and Secret are skipped. A masked value stays a mask. What is set after a source
 * that is not known is known all the same.
 */
export function composeEffectiveVariables(postBuild: Json | undefined, read: ReadReference): EffectiveVariables {
  const variables: Variables = new Map()
  if (!isReferenceList(dig(postBuild, 'substituteFrom'))) return notReadable('substituteFrom')
  const unread = addReferences(digArray(postBuild, 'substituteFrom'), read, variables)
  if ('state' in unread) return unread
  if (!addInline(dig(postBuild, 'substitute'), variables)) return notReadable(INLINE)
  const tree: Record<string, Json> = {}
  for (const [name, { value, known }] of variables) if (known) setOwn(tree, name, value)
  const first = unread.find(({ asked }) => asked) ?? unread[0]
  if (first !== undefined && Object.keys(tree).length === 0) return first
  const invalid = [...variables]
    .filter(([name]) => !isVariableName(name))
    .map(([name, { sources }]) => ({ name, from: labelOf(name, sources.at(-1)!) }))
  const always = digString(postBuild, 'substituteStrategy') === 'Always'
  const originAt = ([name = '']: readonly string[]): Origin | null =>
    Object.hasOwn(tree, name) ? originOf(name, variables.get(name)?.sources) : null
  return {
    state: 'composed',
    tree,
    originAt,
    missing: missingFor(first, Object.keys(tree)),
    texts: [],
    invalid,
    runs: always || variables.size > 0,
  }
}

function notReadable(source: string): NotComposable {
  return { state: 'not-composable', problem: 'data not readable', source, line: null }
}

type NotComposable = Extract<Effective, { state: 'not-composable' }>

/** The references that are not known, or the one at which the controller fails. */
function addReferences(
  references: readonly Json[],
  read: ReadReference,
  variables: Variables,
): Unread[] | NotComposable {
  const names = sourceLabels(references.map(nameOf), 'substituteFrom')
  const unread: Unread[] = []
  for (const [at, reference] of references.entries()) {
    const stop = addReference({ reference, name: names[at]! }, () => read(at), variables)
    if (stop?.state === 'not-composable') return stop
    if (stop === null) continue
    unread.push(stop)
    // It may set any variable anew.
    for (const variable of variables.values()) variable.known = false
  }
  return unread
}

type Unread = Extract<Effective, { state: 'unknown' }>
type Variables = Map<string, { value: Json; sources: string[]; known: boolean }>

/** What one source that is not known leaves open: any variable that no later one sets. */
function missingFor(unread: Unread | undefined, known: readonly string[]): Missing | null {
  if (unread === undefined) return null
  const { reason, asked } = unread
  return { gaps: { open: true, at: new Map(known.map((name) => [name, null])) }, reason, asked }
}

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
    if (value !== undefined) add(variables, key, value, name)
  }
  return null
}

const INLINE = 'inline'

/** False where it is no map of texts. What was text may be a mask or a tree of masks by now. */
function addInline(inline: Json | undefined, variables: Variables): boolean {
  if (inline === undefined || inline === null) return true
  if (!isJsonObject(inline)) return false
  for (const name of Object.keys(inline)) {
    const value = inline[name]!
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return false
    add(variables, name, value, INLINE)
  }
  return true
}

function add(variables: Variables, name: string, value: Json, source: string): void {
  const plain = typeof value === 'string' ? withoutNewlines(value) : value
  const before = variables.get(name)?.sources
  variables.set(name, { value: plain, known: true, sources: before === undefined ? [source] : [...before, source] })
}

/** A variable is called as the key that gives it. The position comes last: `ConfigMap/vars:region (substituteFrom[1])`. */
function labelOf(name: string, source: string): string {
  if (source === INLINE) return INLINE
  const [object = '', position] = source.split(' ', 2)
  return position === undefined ? `${object}:${name}` : `${object}:${name} ${position}`
}

function originOf(name: string, sources: readonly string[] | undefined): Origin | null {
  if (sources === undefined) return null
  const labels = sources.map((source) => labelOf(name, source))
  return { from: labels.at(-1)!, shadows: labels.slice(0, -1) }
}
