import { dig, isJsonArray, type Json } from '../model/json.ts'
import { parseJson } from './parse-json.ts'

/** Begins what is cut out. Within a string its quotes would be escaped. */
const START = '"managedFields":['
/** Stands for each list that was cut out. */
const CUT = 0

/**
 * Parses an answer of an API server without the `metadata.managedFields` of its objects: nobody reads who wrote which field, and they are
 * two thirds of a list of metadata. It is `0` instead. What users wrote under such a key elsewhere (in values of a release) stays. Throws as `parseJson`.
 */
export function parseAnswer(text: string): Json {
  const parts = cutManagedFields(text)
  if (parts === null) return parseJson(text)
  const value = parsed(parts.join(String(CUT)))
  const isAllOfMetadata = value !== undefined && countCut(value) === parts.length - 1
  return isAllOfMetadata ? value : parseJson(text)
}

/**
 * What is left of the text, in pieces; null: all of it. Such a list has no lists in it. A bracket in a text of it would end it too early: what
 * is left is no JSON then, since a quote too many is in it.
 */
function cutManagedFields(text: string): string[] | null {
  const parts: string[] = []
  let end = 0
  for (let at = text.indexOf(START); at >= 0; at = text.indexOf(START, end)) {
    const list = at + START.length
    parts.push(text.slice(end, list - 1))
    end = text.indexOf(']', list) + 1
    if (end === 0) return null
  }
  if (end === 0) return null
  parts.push(text.slice(end))
  return parts
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    // Of a damaged answer the whole text tells what is wrong.
    return undefined
  }
}

/** How many cuts are where those of objects are. */
function countCut(value: Json): number {
  const items = dig(value, 'items')
  const objects = isJsonArray(items) ? items : [value]
  let count = 0
  for (const object of objects) if (dig(object, 'metadata', 'managedFields') === CUT) count += 1
  return count
}
