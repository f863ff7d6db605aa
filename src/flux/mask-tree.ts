import { isBigNumber, isJsonArray, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import type { KnownKey } from './mask-keys.ts'
import {
  DEEPER,
  FLAGS,
  FREE,
  isSops,
  isTooDeep,
  LEVEL,
  NAME,
  NAMES,
  PROVIDER,
  SECRET_PATCH,
  SPREAD,
  withLevel,
  type MaskRun,
  type Place,
} from './mask-run.ts'
import { siblingRule } from './mask-siblings.ts'
import { maskSuspicious } from './mask-string.ts'
import { blankUrlPath } from './mask-url.ts'
import { isSecretText } from './sensitive-values.ts'
import type { KeyFacts } from './sensitive-keys.ts'

const KEPT = FREE | SECRET_PATCH | PROVIDER

/**
 * The value with every secret leaf replaced by a mask and every key that holds a secret by one without it. Sub-trees without
 * secrets are shared with the input, which is never changed; without any, the input itself is returned.
 */
export function maskTree(run: MaskRun, value: Json, place: Place, key: string): Json {
  if (typeof value === 'string') return maskString(run, value, place, key)
  if (typeof value === 'number') return (place & LEVEL) === 4 ? run.leaf(value) : value
  if (typeof value !== 'object' || value === null) return value
  // Deeper values were never meant to get here: without this, recursion could end in a stack overflow.
  if (isTooDeep(place)) return run.leaf('too deep')
  if (isJsonArray(value)) return maskList(run, value, place + DEEPER, key)
  if (isBigNumber(value)) return (place & LEVEL) === 4 ? run.leaf(value) : value
  // A map that poses as a mask would be believed: it becomes a mask of itself.
  if (isMasked(value)) return run.leaf(value)
  return maskMap(run, value, place + DEEPER)
}

function maskMap(run: MaskRun, map: JsonObject, place: Place): JsonObject {
  let copy: Record<string, Json> | null = null
  for (const key in map) {
    const known = run.key(key)
    const child = map[key]!
    const inside = placeBelow(place, known, key, typeof child === 'object')
    const masked =
      (known.sibling ? siblingRule(run, { map, key, place: inside }) : null) ?? maskTree(run, child, inside, key)
    if (copy === null && masked === child && known.shown === key) continue
    copy ??= copyBefore(map, key)
    setOwn(copy, known.shown, masked)
  }
  return copy ?? map
}

function copyBefore(map: JsonObject, end: string): Record<string, Json> {
  const copy: Record<string, Json> = {}
  for (const key in map) {
    if (key === end) break
    setOwn(copy, key, map[key]!)
  }
  return copy
}

function placeBelow(place: Place, known: KnownKey, key: string, opens: boolean): Place {
  const level = levelBelow(place, known, opens)
  let below = (place & ~(LEVEL | NAMES | SPREAD)) | level
  if (known.free) below |= FREE
  if (known.reference) below |= NAMES
  if (level > 0 && (known.level > 0 ? known.spreads === 'all' : (place & SPREAD) !== 0)) below |= SPREAD
  // Names stay searchable only in what users write; `KEPT` flags go all the way down.
  if (isName(place, known, key)) below = (below & (KEPT | ~FLAGS)) | NAME
  return below
}

function isName(place: Place, known: KnownKey, key: string): boolean {
  if (!known.identity) return (place & NAMES) !== 0 && key === 'key'
  return (place & FREE) === 0 || (place & NAMES) !== 0 || key === 'kind' || key === 'apiVersion'
}

function levelBelow(place: Place, known: KnownKey, opens: boolean): number {
  const above = place & LEVEL
  if ((known.benign && !(known.thing && opens)) || above === NAME) return known.level
  const inherited = (place & SPREAD) !== 0 || known.valueWord ? above : 0
  return Math.max(known.level, inherited)
}

function maskList(run: MaskRun, list: readonly Json[], place: Place, key: string): readonly Json[] {
  let copy: Json[] | null = null
  for (let at = 0; at < list.length; at += 1) {
    const item = list[at]!
    const inside = typeof item === 'string' ? placeOfText(run, list, at, place) : place
    const masked = maskTree(run, item, inside, key)
    if (masked !== item) copy ??= [...list]
    if (copy !== null) copy[at] = masked
  }
  return copy ?? list
}

/** Strings in a list of secrets (`secrets: [etcd-client]`) are mostly names of Secrets; one after `--password` is none. */
function placeOfText(run: MaskRun, list: readonly Json[], at: number, place: Place): Place {
  const isValue = at > 0 && isSecretFlag(run, list[at - 1]!) && !(list[at] as string).startsWith('-')
  if (isValue) return withLevel(place, 4)
  return (place & LEVEL) === 2 ? withLevel(place, 1) : place
}

/** `--password`, whose value is the next argument. */
function isSecretFlag(run: MaskRun, previous: Json): boolean {
  return typeof previous === 'string' && /^--?[A-Za-z][\w.-]{0,80}$/.test(previous) && run.key(previous).level >= 3
}

function maskString(run: MaskRun, text: string, place: Place, key: string): Json {
  const level = place & LEVEL
  if (level === NAME) return text
  if (text.charCodeAt(0) === 69 && isSops(text)) return { masked: 'sops' }
  if (level > 0 && isSecretText(level as KeyFacts['level'], text)) {
    return level === 1 && /^[a-z][\w+.-]*:\/\//i.test(text) ? run.leaf(text, blankUrlPath(text)) : run.leaf(text)
  }
  const hits = run.index.scan(text)
  return hits === 0 && (place & SECRET_PATCH) === 0 ? text : maskSuspicious(run, text, { hits, place, key })
}
