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
export function maskSuspicious(run: MaskRun, text: string, suspicion: Suspicion): Json {
  const { hits, place, key } = suspicion
  const isPatch = (place & SECRET_PATCH) !== 0
  if ((hits & NEEDLE_HIT) === 0 && !isPatch && isHarmless(run, text)) return text
  const tree = !isInnermost(place) && looksLikeDocument(text, key) ? readDocument(text) : null
  if (tree === null)
    return isPatch && looksLikeDocument(text, null) ? run.leaf(text) : maskText(run, text, hits, blankText)
  const masked = run.walk(tree, insideDocument(place), '')
  // The tree is without comments: it also stands for a document in which only they hold a secret.
  return masked === tree && maskText(run, text, hits, blankComments) === text ? text : masked
}

function maskText(run: MaskRun, text: string, hits: number, blankNamed: (text: string) => string): Json {
  const shown = blankShapes((hits & NEEDLE_HIT) === 0 ? text : scrubWith(run.index, text))
  const blanked = blankNamed(shown).replace(ENCRYPTED, '***')
  if (blanked === text) return text
  return blanked === '***' ? run.leaf(text) : run.leaf(text, blanked)
}

const KEY = /(?<![\w.\-/$])([\w.\-/$]{1,200})["']?\s*[:=]/g
const FLAG = /(?<![\w-])--?[A-Za-z][\w.-]{0,80}/g
/** Signs of what only the tree shows: named values, Secret manifests, escapes, keys of several lines, encrypted values, maps that pose as masks. */
const STRUCTURED = /\bvalue["']?\s*:|\bkind["']?\s*:\s*["']?Secret\b|\bstringData\b|\bmasked\b|\\|^[ \t]*\?[ \t]|ENC\[/m

/**
 * Spares the parser: no key in the text is sensitive, no flag takes a secret, and nothing in it has the form of one.
 * Says no in doubt: without its answer a document is parsed, and the outcome is the same.
 */
function isHarmless(run: MaskRun, text: string): boolean {
  if (STRUCTURED.test(text)) return false
  for (const [, name = ''] of text.matchAll(KEY)) if (run.key(name).level > 0) return false
  for (const [flag] of text.matchAll(FLAG)) if (run.key(flag).level >= 3) return false
  return blankAssignments(blankShapes(text)) === text
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

/** Where the tree has no secret, comments are all that may hold one. */
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
