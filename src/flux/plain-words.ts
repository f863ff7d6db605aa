/**
 * Tells ordinary text (names, host names, versions, prose) from what only a secret looks like. Used where a wrong "secret"
 * would blank names all over a fleet. There is deliberately no entropy rule for values under neutral keys: digests, CA data,
 * public keys and ids cannot be told from random secrets by their letters alone.
 */

const LONGEST_WORD = 16
const DIGITS = 7

const WORDS_WITH_DIGITS = new Set(
  'base64 base32 sha1 sha256 sha384 sha512 utf8 utf16 utf8mb4 ipv4 ipv6 http2 oauth2 oidc2 x509 k8s k3s s3 ec2 md5 rs256 es256 hs256 ed25519 amd64 arm64 x86 log4j neo4j i18n n8n v1beta1 v1beta2 v1alpha1 v2beta1 v2beta2'.split(
    ' ',
  ),
)

const ORDINARY_WHOLE: readonly RegExp[] = [
  /^v?\d+(?:\.\d+)+(?:[-+][\w.+-]{0,40})?$/, // version
  /^[^\s@:/]+@[\w-]+(?:\.[\w-]+)+$/, // e-mail address
  /^(?:sha256|sha384|sha512|sha1):[0-9a-f]{32,128}$/, // digest
  /^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:\/\d+)?$/, // IPv4 address or network
  /^\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/, // date
  /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/, // duration
  /^-?\d+(?:\.\d+)?(?:[kKMGTPE]i?|m|n|u|%)?B?$/, // quantity
  /^(?:true|false|null|none|yes|no|on|off|enabled|disabled)$/i,
]

/** A version, e-mail address, digest, IP address, date, duration or quantity; numbers of 8 and more digits are none of these. */
export function isOrdinaryWhole(text: string): boolean {
  if (/^\d{8,}$/.test(text)) return false
  return text.length <= 256 && ORDINARY_WHOLE.some((form) => form.test(text))
}

/**
 * Whether the text is made of words only: `postgres`, `prod-eu-1`, `cluster.local`, `https://github.com/org/repo`.
 * `strict` lets only the separators of names, hosts and URLs stand between words, and no digits inside them: `hunter2` and
 * `pass!word` are not ordinary. `lenient` also takes words with a few digits at an end (`node12`) and any punctuation.
 */
export function isOrdinary(text: string, mode: 'strict' | 'lenient'): boolean {
  if (isOrdinaryWhole(text)) return true
  const words = text.split(mode === 'strict' ? /[-_./:,\s=]+/ : /[^A-Za-z0-9]+/)
  return words.every((word) => word === '' || isPlainWord(word, mode))
}

/** How many words there are between the separators. */
export function countWords(text: string): number {
  return text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '').length
}

function isPlainWord(word: string, mode: 'strict' | 'lenient'): boolean {
  if (word.length > LONGEST_WORD) return isCamelCase(word) && word.length <= 2 * LONGEST_WORD
  if (/^(?:[A-Za-z]?[a-z]+|[A-Z]+)$/.test(word)) return true
  if (/^\d+$/.test(word)) return word.length <= DIGITS
  if (/^(?:v\d{1,4}|\d{1,3}[a-z])$/.test(word) || WORDS_WITH_DIGITS.has(word.toLowerCase())) return true
  if (isCamelCase(word)) return true
  return mode === 'lenient' && /^(?:[A-Za-z]{1,12}\d{1,3}|\d{1,4}[A-Za-z]{1,3})$/.test(word)
}

/** Words of a camel-case name are three letters long or more on average; random letters change case more often. */
function isCamelCase(word: string): boolean {
  if (!/^[A-Za-z]+$/.test(word)) return false
  const humps = word.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []
  return (
    humps.length > 1 &&
    humps.every((hump) => hump.length >= 2 && hump.length <= LONGEST_WORD) &&
    word.length >= 3 * humps.length
  )
}

/** A run of at least `length` characters without separator that is no word: letters mixed with digits, or letters without end. */
export function hasRandomRun(text: string, length: number): boolean {
  for (const run of text.match(/[A-Za-z0-9+_]+/g) ?? []) {
    if (run.length >= length && !isOrdinary(run, 'lenient') && /\d/.test(run) && /[A-Za-z]/.test(run)) return true
  }
  return false
}
