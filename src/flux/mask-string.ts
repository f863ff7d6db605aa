import type { Json } from '../model/json.ts'
import { looksLikeDocument, readDocument } from './embedded-document.ts'
import { FLAGS, FREE, isInnermost, NESTED, SECRET_PATCH, type MaskRun, type Place } from './mask-run.ts'
import { blankAssignments, blankLines } from './mask-text.ts'
import { NEEDLE_HIT } from './needle-index.ts'
import { scrubWith } from './scrub.ts'
import { blankShapes } from './secret-shapes.ts'

type Suspicion = { readonly hits: number; readonly place: Place; readonly key: string }

/**
 * A string in which something stands that may be a secret. A YAML or JSON document becomes its tree with masked leaves (the
 * comparison takes a tree and a text that holds it for the same); any other text a mask that shows it without the secret
 * parts. Returned as it is where nothing in it is secret.
 */
export function maskSuspicious(run: MaskRun, text: string, { hits, place, key }: Suspicion): Json {
  const tree = !isInnermost(place) && looksLikeDocument(text, key) ? readDocument(text) : null
  if (tree !== null) {
    const masked = run.walk(tree, insideDocument(place), '')
    if (masked !== tree) return masked
  } else if ((place & SECRET_PATCH) !== 0 && looksLikeDocument(text, null)) return run.leaf(text)
  const shown = blankShapes((hits & NEEDLE_HIT) === 0 ? text : scrubWith(run.index, text))
  const blanked = (tree === null ? blankText(shown) : blankComments(shown)).replace(ENCRYPTED, '***')
  if (blanked === text) return text
  return blanked === '***' ? run.leaf(text) : run.leaf(text, blanked)
}

const ENCRYPTED = /ENC\[AES256_GCM,[^\]\s]*\]/g

/** A document starts afresh: only the depth, and whether it patches a Secret, come from outside. */
function insideDocument(place: Place): Place {
  return ((place & ~FLAGS) | FREE | (place & SECRET_PATCH)) + NESTED
}

function blankText(text: string): string {
  if (text.includes('\n') || !/:\s+\S+\s+\S/.test(text)) return blankAssignments(blankLines(text))
  return blankAssignments(text)
}

/** What a document says in comments is lost in its tree: where the tree has no secret, they are all that may hold one. */
function blankComments(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const start = line.search(/(?:^|\s)#/)
      if (start < 0) return line
      const from = line.indexOf('#', start) + 1
      return line.slice(0, from) + blankAssignments(blankLines(line.slice(from)))
    })
    .join('\n')
}
