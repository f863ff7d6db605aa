import {
  dig,
  digArray,
  digString,
  isBigNumber,
  isJsonArray,
  setOwn,
  type Json,
  type JsonObject,
} from '../model/json.ts'
import type { Origin } from '../model/comparison.ts'
import { isMasked } from '../model/mask.ts'
import { configKind, configValue, sourceLabels } from './effective.ts'
import type { CompositionProblem, Effective, ReadReference } from './effective.ts'
import type { Fingerprint } from './fingerprint.ts'
import { composeSteps, layOver, type Step } from './helm-merge.ts'
import { readInlineValues, targetPathOf } from './helm-values.ts'
import { isTree } from './normal-form.ts'
import { composePartly, knownPart } from './partial-values.ts'
import { isMutableMap, setPathLiteral, setPathUnread, setPathValue, SOURCE } from './strvals.ts'
import type { MutableMap } from './strvals.ts'
import { isLeaf, leafOf, originIn, sourcedLeaf, withoutSource, withSource, type ValueSource } from './value-sources.ts'
import { originAmong } from './value-holders.ts'
import type { ValuesCheck } from './values-check.ts'
import type { readYamlValues } from './yaml.ts'

/** What is known beside the masked data. */
export type ValuesKnowledge = {
  /** What the unmasked composition told when the snapshot was taken, where it is worth telling. */
  readonly noted: ValuesCheck | null
  /** Whether there was such a composition, which went well if nothing was noted. */
  readonly wasComposed: () => boolean
  readonly fingerprint: Fingerprint | null
  /** {@link readYamlValues}, which may remember what it read. */
  readonly readText: typeof readYamlValues
}

type Stop = Exclude<Effective, { state: 'composed' }>

/**
 * The effective values of a HelmRelease from masked data: the merge of `composeHelmValues`, with masks as leaves. A value that is set by
 * a targetPath from a masked text stays one masked leaf, whatever Helm's grammar would make of the text.
 */
export function composeEffectiveValues(spec: Json | undefined, read: ReadReference, known: ValuesKnowledge): Effective {
  const references = digArray(spec, 'valuesFrom')
  const labels = sourceLabels(references.map(labelOf), 'valuesFrom')
  const { noted } = known
  if (noted?.problem) {
    const { reason, at, line } = noted.problem
    return failed(reason, at === null ? 'inline' : sourceOf(references, labels, { at, reason }), line)
  }
  const own = readInlineValues(noted?.inlineIgnored ? undefined : dig(spec, 'values'))
  if (own === null) return failed('data not readable', 'inline', null)
  const compose = { own: own.values, references, labels, around: { read, known } }
  return composed(compose) ?? composedPartly(compose)
}

function sourceOf(
  references: readonly Json[],
  labels: readonly string[],
  { at, reason }: { readonly at: number; readonly reason: CompositionProblem },
): string {
  const label = labels[at] ?? 'inline'
  return reason === 'not mergeable' ? withTarget(label, references[at] ?? null) : label
}

/** With the path at which the value is to be set, which is what is wrong with it. */
function withTarget(label: string, reference: Json): string {
  return `${label} (targetPath ${JSON.stringify(targetPathOf(reference))})`
}

type Composing = {
  readonly own: JsonObject
  readonly references: readonly Json[]
  readonly labels: readonly string[]
  readonly around: Around
}

/** Null where something is not known. */
function composed({ own, references, labels, around }: Composing): Effective | null {
  const sources: ValueSource[] = []
  const isSet = references.some((reference) => targetPathOf(reference) !== '')
  const resolved = (reference: Json, at: number): Step<Stop> => {
    const { step, source } = resolve(reference, { at, label: labels[at]! }, { ...around, marked: isSet })
    if (source !== null) sources.push(source)
    return step
  }
  const merged = isSet
    ? composeSteps(withSource(own, references.length), references, resolved)
    : composeSteps(own as MutableMap, references, resolved, layOver)
  if (!merged.ok) return merged.stop.state === 'unknown' ? null : merged.stop
  sources.push({ at: references.length, label: 'inline', tree: own })
  const { values } = merged
  const made = isSet ? markedValues(values, sources, references) : unmarkedValues(values, sources)
  return { state: 'composed', missing: null, ...made }
}

type Made = Pick<Extract<Effective, { state: 'composed' }>, 'tree' | 'originAt' | 'texts'>

function markedValues(values: MutableMap, sources: readonly ValueSource[], references: readonly Json[]): Made {
  const originAt = (tokens: readonly string[]): Origin | null => originIn(values, sources, tokens)
  return { tree: withoutSource(values), originAt, texts: textsIn(values, references) }
}

/** Without a targetPath nothing is changed in place, so no tree needs to be copied, and what each source holds tells the origins. */
function unmarkedValues(tree: JsonObject, sources: readonly ValueSource[]): Made {
  return { tree, originAt: (tokens) => originAmong(tree, sources, tokens), texts: [] }
}

/** What is certain whatever the sources say that are not known. */
function composedPartly({ own, references, labels, around }: Composing): Effective {
  const sources: ValueSource[] = []
  const unknown: Extract<Stop, { state: 'unknown' }>[] = []
  const resolved = (reference: Json, at: number): Step<Stop> => {
    const { step, source } = resolve(reference, { at, label: labels[at]! }, { ...around, marked: true })
    if (source !== null) sources.push(source)
    return step
  }
  const merged = composePartly<Stop>(withSource(own, references.length), references, resolved, (stop) => {
    if (stop.state !== 'unknown') return false
    unknown.push(stop)
    return true
  })
  if ('stop' in merged) return merged.stop
  sources.push({ at: references.length, label: 'inline', tree: own })
  const { tree, gaps } = knownPart(merged.values)
  const first = unknown.find(({ asked }) => asked) ?? unknown[0]!
  if (gaps === null || !holdsLeaf(tree)) return first
  const { reason, asked } = first
  const originAt = (tokens: readonly string[]): Origin | null => originIn(merged.values, sources, tokens)
  const texts = textsIn(merged.values, references)
  return { state: 'composed', tree, originAt, missing: { gaps, reason, asked }, texts }
}

/** Where masked texts stand that a targetPath set, and not as they are. */
function textsIn(values: MutableMap, references: readonly Json[]): (readonly string[])[] {
  const read = (at: number): boolean =>
    targetPathOf(references[at] ?? null) !== '' && dig(references[at], 'literal') !== true
  if (!references.some((_, at) => read(at))) return []
  return masksIn(values, []).flatMap(({ at, tokens }) => (read(at) ? [tokens] : []))
}

function masksIn(map: MutableMap, tokens: readonly string[]): { at: number; tokens: readonly string[] }[] {
  return Object.keys(map).flatMap((key) => {
    const value = map[key]!
    if (isMutableMap(value)) return masksIn(value, [...tokens, key])
    return isLeaf(value) && isMasked(value.value) ? [{ at: value[SOURCE], tokens: [...tokens, key] }] : []
  })
}

function holdsLeaf(value: Json): boolean {
  return !isTree(value) || Object.values(value).some(holdsLeaf)
}

function failed(problem: CompositionProblem, source: string, line: number | null): Stop {
  return { state: 'not-composable', problem, source, line }
}

function labelOf(reference: Json): string {
  return `${digString(reference, 'kind') ?? ''}/${digString(reference, 'name') ?? ''}:${valuesKeyOf(reference)}`
}

function valuesKeyOf(reference: Json): string {
  return digString(reference, 'valuesKey') || 'values.yaml'
}

type Named = { readonly at: number; readonly label: string }
type Around = { readonly read: ReadReference; readonly known: ValuesKnowledge }
/** `marked`: leaves of trees remember their source. */
type Marking = Around & { readonly marked: boolean }
type Resolved = { readonly step: Step<Stop>; readonly source: ValueSource | null }

function resolve(reference: Json, named: Named, { read, known, marked }: Marking): Resolved {
  const kind = configKind(reference)
  if (kind === null) return stopped(failed('unsupported kind', named.label, null))
  const optional = dig(reference, 'optional') === true
  const object = read(named.at)
  if (object.found === 'unknown') return stopped({ state: 'unknown', reason: object.reason, asked: object.asked })
  const value = object.found === 'absent' ? undefined : configValue(object.body, kind, valuesKeyOf(reference))
  if (value === undefined) {
    const problem = object.found === 'absent' ? 'object not found' : 'key not found'
    return optional ? { step: 'skip', source: null } : stopped(failed(problem, named.label, null))
  }
  if (targetPathOf(reference) !== '') return atPath(reference, value, named)
  const found = treeOf(value, kind, known)
  if ('line' in found) return stopped(failed('data not readable', named.label, found.line))
  if ('masked' in found) return stopped({ state: 'unknown', reason: `${named.label} ${found.masked}`, asked: true })
  const tree = marked ? withSource(found.tree, named.at) : (found.tree as MutableMap)
  return { step: { tree }, source: { ...named, tree: found.tree } }
}

function stopped(stop: Stop): Resolved {
  return { step: { stop }, source: null }
}

function atPath(reference: Json, value: Json, named: Named): Resolved {
  const path = targetPathOf(reference)
  const leaf = leafOf(named.at)
  const literal = dig(reference, 'literal') === true
  if (!literal && splitsUnread(value)) {
    const reason = `${named.label} is masked, so that what its commas separate cannot be read`
    return stopped({ state: 'unknown', reason, asked: true })
  }
  const setText = literal ? setPathLiteral : setPathValue
  const set = (tree: MutableMap): void => {
    if (typeof value === 'string') setText(tree, path, value, leaf)
    else setPathUnread(tree, path, sourcedLeaf(named.at, value), leaf)
  }
  return {
    step: { set, refused: failed('not mergeable', withTarget(named.label, reference), null) },
    source: { ...named, set },
  }
}

/**
 * Whether it is open what Helm reads out of a text that is masked in part: at a comma begins another assignment, or item in braces, unless
 * what is masked before it ends in a backslash or a quote. What was read as YAML may be any text.
 */
function splitsUnread(value: Json): boolean {
  if (isMasked(value)) return value.text?.includes(',') === true
  return typeof value === 'object' && value !== null
}

type ReadTree = { readonly tree: JsonObject } | { readonly line: number | null } | { readonly masked: string }

/** The values that the text of a key holds: the text itself, or what the masker made of it. */
function treeOf(value: Json, kind: 'ConfigMap' | 'Secret', known: ValuesKnowledge): ReadTree {
  if (typeof value === 'string') return readTree(value, known)
  if (isMasked(value)) return treeOfMask(value, kind, known)
  if (isTree(value)) return { tree: withDoubles(value) as JsonObject }
  if (!isJsonArray(value)) return { masked: 'is no text' }
  // A list at the root is no values; the masker also makes one of several documents, of which Helm reads the first.
  const [first] = value
  if (first !== undefined && isTree(first) && known.wasComposed()) return { tree: withDoubles(first) as JsonObject }
  return kind === 'Secret' ? { line: null } : { masked: 'is masked, so that its text cannot be read' }
}

function readTree(text: string, { readText }: ValuesKnowledge): ReadTree {
  const read = readText(text)
  return read.ok ? { tree: read.value } : { line: read.line }
}

/** Of a mask with text, only comments may be blanked. A Secret that could be composed and is no tree is an empty document. */
function treeOfMask(mask: { masked: string; text?: string }, kind: string, known: ValuesKnowledge): ReadTree {
  if (mask.masked === 'sops') return { masked: 'is encrypted by SOPS' }
  if (mask.text !== undefined) {
    const read = known.readText(mask.text)
    if (read.ok && !JSON.stringify(read.value).includes('***')) return { tree: read.value }
  }
  const empty = (kind === 'Secret' && known.wasComposed()) || known.fingerprint?.('') === mask.masked
  return empty ? { tree: {} } : { masked: 'is masked, so that its text cannot be read' }
}

/** Helm reads every number of a document as a double. */
function withDoubles(value: Json): Json {
  if (isBigNumber(value)) return Number(value.$number)
  if (isJsonArray(value)) return value.map(withDoubles)
  if (!isTree(value)) return value
  const tree: Record<string, Json> = {}
  for (const key of Object.keys(value)) setOwn(tree, key, withDoubles(value[key]!))
  return tree
}
