import { fieldAt, FREE } from '../../flux/field.ts'
import type { Field } from '../../flux/field.ts'
import { isTree } from '../../flux/normal-form.ts'
import { isJsonArray, setOwn } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { Step } from '../tree-types.ts'

/** Private-use characters, so that what stands for a parameter is no text that a cluster would hold. */
const OPEN = '\ue000'
const CLOSE = '\ue001'
/** Before a text that holds one of these, and is therefore left as it is. */
const LEFT = '\ue002'
const MARKER = /\ue000([^\ue000\ue001]*)\ue001/g

/**
 * Puts the names of one cluster's parameters in the place of their values. Nothing is lost: {@link Replacer.restore} gives the text back,
 * so two texts of one cluster never become the same.
 */
export type Replacer = {
  readonly replace: (text: string) => string
  readonly restore: (text: string) => string
  /** Values by name, but for those that two parameters share. */
  readonly words: ReadonlyMap<string, string>
}

/**
 * Replaces values where they stand as whole words, the longest first: `prod` in `apps-prod` and `db.prod.example.com`, never in
 * `products`. A value that two parameters share is ambiguous and is left alone, and so is an empty one.
 */
export function createReplacer(parameters: Readonly<Record<string, string>>): Replacer {
  const entries = Object.entries(parameters).filter(([, value]) => value !== '')
  const usable = entries.filter(([name, value]) => !entries.some(([other, same]) => other !== name && same === value))
  const words = usable.toSorted(([, a], [, b]) => b.length - a.length)
  const replace = (text: string): string => {
    if (text.includes(OPEN) || text.includes(CLOSE) || text.startsWith(LEFT)) return `${LEFT}${text}`
    return words.some(([, value]) => text.includes(value)) ? replaceWords(text, words) : text
  }
  const values = new Map(words)
  const restore = (text: string): string =>
    text.startsWith(LEFT) ? text.slice(1) : text.replaceAll(MARKER, (whole, name: string) => values.get(name) ?? whole)
  return { replace, restore, words: values }
}

type Word = readonly [name: string, value: string]

function replaceWords(text: string, words: readonly Word[]): string {
  let out = ''
  let copied = 0
  for (let at = 0; at < text.length;) {
    const found = words.find(([, value]) => isWordAt(text, at, value))
    if (found === undefined) at += 1
    else {
      out += `${text.slice(copied, at)}${OPEN}${found[0]}${CLOSE}`
      at += found[1].length
      copied = at
    }
  }
  return out + text.slice(copied)
}

/** Whether a value stands at a position and is no part of a longer word there. */
export function isWordAt(text: string, at: number, value: string): boolean {
  return text.startsWith(value, at) && !isInside(text, at) && !isInside(text, at + value.length)
}

const LETTER = /[\p{L}\p{N}\p{Cs}]/u

/** Whether a position is inside of a word: letters and digits on both sides. */
function isInside(text: string, at: number): boolean {
  return at > 0 && at < text.length && LETTER.test(text[at - 1]!) && LETTER.test(text[at]!)
}

/** Parameters that stand in a replaced text. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(MARKER)].map(([, name]) => name!)
}

/** A replaced text for people: `apps-${env}`. */
export function showMarkers(text: string): string {
  return text.replaceAll(MARKER, (_, name: string) => `\${${name}}`)
}

/** A value with the texts in it replaced, and numbers that are a parameter as a whole. Keys that Flux knows stay, and so do masks. */
export function replaceIn(value: Json, field: Field, replacer: Replacer): Json {
  if (typeof value === 'string') return replacer.replace(value)
  if (typeof value === 'number') return replaceNumber(value, replacer)
  if (isJsonArray(value)) {
    const item = field.type === 'list' ? field.item : FREE
    return value.map((one) => replaceIn(one, item, replacer))
  }
  if (!isTree(value)) return value
  const replaced: Record<string, Json> = {}
  for (const [key, one] of Object.entries(value)) {
    setOwn(replaced, replaceKey(key, field, replacer), replaceIn(one, below(field, key), replacer))
  }
  return replaced
}

function replaceNumber(value: number, { replace }: Replacer): Json {
  const text = String(value)
  const replaced = replace(text)
  return replaced.startsWith(OPEN) && replaced.indexOf(CLOSE) === replaced.length - 1 ? replaced : value
}

function below(field: Field, key: string): Field {
  return field.type === 'map' ? fieldAt(field, key) : FREE
}

function replaceKey(key: string, field: Field, { replace }: Replacer): string {
  return field.type === 'map' && Object.hasOwn(field.fields, key) ? key : replace(key)
}

/** The steps that lead to the same place in the tree that {@link replaceIn} gives. */
export function replaceSteps(steps: readonly Step[], field: Field, replacer: Replacer): Step[] {
  let here = field
  return steps.map((step): Step => {
    const at = here
    here = 'key' in step ? below(at, step.key) : at.type === 'list' ? at.item : FREE
    if ('key' in step) return { key: replaceKey(step.key, at, replacer) }
    if (!('item' in step)) return step
    return { item: step.item.map(([name, value]) => [name, replacer.replace(value)] as const) }
  })
}
