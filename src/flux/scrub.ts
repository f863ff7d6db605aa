import { blankAssignments } from './mask-text.ts'
import { NEEDLE_HIT, type NeedleIndex } from './needle-index.ts'
import { blankShapes } from './secret-shapes.ts'

const BLANK = '***'

/** The text with every value that was learned from a Secret replaced by `***`. */
export function scrubWith(index: NeedleIndex, text: string): string {
  const spans = index.spans(text)
  if (spans.length === 0) return text
  let scrubbed = ''
  let end = 0
  for (const [start, stop] of spans) {
    scrubbed += text.slice(end, start) + BLANK
    end = stop
  }
  return scrubbed + text.slice(end)
}

/** Free text (messages, labels, arguments) without learned values, credentials of known form, and values of `password=x`. */
export function scrubFreeText(index: NeedleIndex, text: string): string {
  const hits = index.scan(text)
  if (hits === 0) return text
  return blankAssignments(blankShapes((hits & NEEDLE_HIT) === 0 ? text : scrubWith(index, text)))
}
