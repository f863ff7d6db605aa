/** Longer texts are documents: their words say little, and comparing them costs much. */
const MAX_LENGTH = 2000
const PARTS = /[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu
const WORD = /[\p{L}\p{N}]/u
/** Counts, versions, amounts, hashes and patterns change with what runs, and are no names of anything. */
const NO_NAMES: readonly RegExp[] = [
  /^\d{1,7}$/,
  /^v?\d+(?:\.\d+)+(?:[-+].*)?$/,
  /^v\d+$/,
  /^\d+(?:\.\d+)?(?:[KMGTPE]i?|m|ms|s|h)$/,
  /^(?=.*\d)(?=.*[a-f])[\da-f]{7,}$/,
  /[*?^$()|\\]/,
  /^(?:true|false|null)$/i,
]

/**
 * The words at which two texts differ, as pairs: of texts of the same build, run by run (`a.prod.x`, `a.stg.x`); else the whole that differs
 * (`example.com`, `staging.example.com`). None where nothing of the texts is the same, since then nothing says what belongs together.
 */
export function wordPairs(from: string, to: string): (readonly [string, string])[] {
  if (from === to || from.length > MAX_LENGTH || to.length > MAX_LENGTH) return []
  const [a, b] = [from.match(PARTS) ?? [], to.match(PARTS) ?? []]
  const pairs = sameBuild(a, b) ? differingRuns(a, b) : differingMiddle(a, b)
  return pairs.filter(([x, y]) => isName(x) && isName(y))
}

function isName(text: string): boolean {
  return WORD.test(text) && !NO_NAMES.some((form) => form.test(text))
}

function sameBuild(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length &&
    a.every((part, at) => WORD.test(part) === WORD.test(b[at]!) && (WORD.test(part) || part === b[at]))
  )
}

/** Words that differ side by side are one (`eu-west-1`, `us-east-2`), as long as `-` or `.` alone divides them. */
function differingRuns(a: readonly string[], b: readonly string[]): (readonly [string, string])[] {
  const pairs: [string, string][] = []
  let open = false
  for (const [at, part] of a.entries()) {
    const other = b[at]!
    const last = pairs.at(-1)
    const joins = open && /^[-.]$/.test(part) && a[at + 1] !== b[at + 1]
    if (!joins && part === other) open = false
    else if (open && last) pairs[pairs.length - 1] = [last[0] + part, last[1] + other]
    else {
      pairs.push([part, other])
      open = true
    }
  }
  return pairs
}

function differingMiddle(a: readonly string[], b: readonly string[]): (readonly [string, string])[] {
  if (!a.some((part) => WORD.test(part) && b.includes(part))) return []
  const start = countSame(a, b)
  const end = countSame(a.slice(start).toReversed(), b.slice(start).toReversed())
  const within = widened(a, b, { start, end })
  return [[middleOf(a, within), middleOf(b, within)]]
}

function countSame(a: readonly string[], b: readonly string[]): number {
  let count = 0
  while (count < Math.min(a.length, b.length) && a[count] === b[count]) count += 1
  return count
}

/** How many parts are the same at the start and at the end. */
type Within = { readonly start: number; readonly end: number }

/** To where the name or host ends; one side may have nothing of its own in the middle of it. */
function widened(a: readonly string[], b: readonly string[], { start, end }: Within): Within {
  let last = end
  while (last > 0 && (isEmpty(a, start, last) || isEmpty(b, start, last) || isInName(a[a.length - last]!))) last -= 1
  let first = start
  while (first > 0 && (isEmpty(a, first, last) || isEmpty(b, first, last))) first -= 1
  return { start: first, end: last }
}

function middleOf(parts: readonly string[], { start, end }: Within): string {
  return parts.slice(start, parts.length - end).join('')
}

function isEmpty(parts: readonly string[], start: number, end: number): boolean {
  return !parts.slice(start, parts.length - end).some((part) => WORD.test(part))
}

function isInName(part: string): boolean {
  return WORD.test(part) || /^[-.]$/.test(part)
}
