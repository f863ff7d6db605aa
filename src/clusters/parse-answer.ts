import { dig, isJsonArray, type Json } from '../model/json.ts'
import { parseJson } from './parse-json.ts'

/** Begins what is cut out. Within a text its quotes would be escaped. */
const START = Buffer.from('"managedFields":[')
const END = 0x5d
/** `0`, which stands for each list that was cut out. */
const CUT = 0x30

/**
 * Parses an answer of an API server without the `metadata.managedFields` of its objects: nobody reads who wrote which field, and they are
 * two thirds of a list of metadata. Each is 0 instead. What users wrote under such a key elsewhere (in values of a release) stays.
 * `body` is changed on the way; `again` gives it as it came. Throws as `parseJson`.
 */
export function parseAnswer(body: Buffer, again: () => Buffer): Json {
  const { left, cuts } = cutManagedFields(body)
  if (cuts === 0) return parseJson(body.toString('utf8'))
  const value = parsed(left)
  return value !== undefined && countCut(value) === cuts ? value : parseJson(again().toString('utf8'))
}

type Cut = { readonly left: Buffer; readonly cuts: number }

/**
 * Moves together what is left. Such a list has no lists in it. A bracket in a text of it would end it too early: what is left is no JSON then,
 * since a quote too many is in it.
 */
function cutManagedFields(body: Buffer): Cut {
  let cuts = 0
  let from = 0
  let to = 0
  const move = (end: number): void => {
    if (to !== from) body.copyWithin(to, from, end)
    to += end - from
  }
  for (let at = body.indexOf(START); at >= 0; at = body.indexOf(START, from)) {
    const list = at + START.length
    move(list - 1)
    body[to] = CUT
    to += 1
    cuts += 1
    const end = body.indexOf(END, list)
    from = end < 0 ? body.length : end + 1
  }
  move(body.length)
  return { left: body.subarray(0, to), cuts }
}

function parsed(bytes: Buffer): Json | undefined {
  try {
    return parseJson(bytes.toString('utf8'))
  } catch {
    // Of a damaged answer the whole of it tells what is wrong.
    return undefined
  }
}

/** How many cuts are where those of objects are. */
function countCut(value: Json): number {
  const items = dig(value, 'items')
  const objects = isJsonArray(items) ? items : [value]
  let count = 0
  for (const object of objects) if (dig(object, 'metadata', 'managedFields') === 0) count += 1
  return count
}
