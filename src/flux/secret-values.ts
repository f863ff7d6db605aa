import { isBigNumber, isJsonArray, isJsonObject, own, type Json } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import { looksLikeDocument, readDocument } from './embedded-document.ts'
import type { Needle } from './needle-index.ts'
import { countWords, hasRandomRun, isOrdinary, isOrdinaryWhole } from './plain-words.ts'
import { keyFacts, type KeyFacts } from './sensitive-keys.ts'

const SHORTEST = 6
const SHORTEST_LINE = 12
/** Under a key for names and places, so long a run of mixed letters and digits is needed. */
const SHORTEST_RUN = 10
/** Of longer values only a beginning is searched for; what follows it belongs to the hit. */
const LONGEST = 1024
const BEGINNING = 256

/** Certificates, public keys and the like: not secret, and the same all over a fleet. */
const PUBLIC_KEY_NAME =
  /(?:^|[./_-])(?:ca\.?crt|ca\.?pem|cacert|cafile|tls\.crt|certfile|known_hosts|trusted_root\.json)$|\.(?:pub|sshpub|crt|cer)$|^(?:certificate-authority|client-certificate)-data$/i
const PUBLIC_TEXT =
  /-----(?:BEGIN|END) [A-Z0-9 ]{0,40}(?:CERTIFICATE|PUBLIC KEY|PUBLIC KEY BLOCK|PRIVATE KEY|PRIVATE KEY BLOCK)-----|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-[\w-]{1,40}@openssh\.com) AAAA/
const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----|-----BEGIN [A-Z ]*PUBLIC KEY/
const USERINFO = /[a-z][a-z0-9+.-]{1,30}:\/\/([^\s/?#"'<>\\`:@]*):([^\s/?#"'<>\\`]+)@/gi
const SINGLE_PAIR = /^[\w."'-]{1,80}:[ \t]/
const ASSIGNED = /(?<![\w.-])([A-Za-z_][\w.-]{0,80})\s*[=:]\s*("[^"\n]+"|'[^'\n]+'|[^\s;&,"']+)/g

/**
 * One value of `data` as Flux would see it: text where it is valid UTF-8, else `{"$binary": <base64>}`.
 * Undefined where it is not base64 as Kubernetes takes it (standard alphabet, padded, line breaks allowed).
 */
export function decodeSecretValue(base64: string): Json | undefined {
  const compact = /[\r\n]/.test(base64) ? base64.replace(/[\r\n]+/g, '') : base64
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined
  const bytes = Buffer.from(compact, 'base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { $binary: bytes.toString('base64') }
  }
}

/** What was found, and `keyFacts` as the caller remembers it. */
type Found = { readonly texts: Set<string>; readonly facts: (key: string) => KeyFacts }

/** Every text of a Secret that must not appear elsewhere, however malformed the Secret is. Names, hosts and common words are left out. */
export function secretTexts(secret: RawObject, facts: (key: string) => KeyFacts = keyFacts): Set<string> {
  const found = { texts: new Set<string>(), facts }
  collectData(found, own(secret, 'data'), true)
  collectData(found, own(secret, 'stringData'), false)
  return found.texts
}

function collectData(found: Found, data: Json | undefined, encoded: boolean): void {
  if (data === undefined || data === null) return
  if (!isJsonObject(data)) return collectTree(found, data, '')
  for (const key of Object.keys(data)) {
    const value = data[key]!
    if (typeof value !== 'string') collectTree(found, value, key)
    else collectValue(found, encoded ? (decodeSecretValue(value) ?? value) : value, key)
  }
}

/** A value is searched for whole, and so are the leaves of the document that it holds, or its lines. */
function collectValue(found: Found, value: Json, key: string): void {
  if (typeof value !== 'string') return collectBinary(found, value)
  const text = value.trim()
  if (text.length < SHORTEST || PUBLIC_KEY_NAME.test(key)) return
  collectParts(found, text)
  const isSingle = !text.includes('\n')
  if (isSingle) collectText(found, text, key)
  const tree = looksLikeDocument(text, null) || SINGLE_PAIR.test(text) ? readDocument(text) : null
  if (tree !== null) return collectTree(found, tree, key)
  if (!isSingle && !CERTIFICATE.test(text)) collectLines(found, text, key)
}

function collectBinary(found: Found, value: Json): void {
  if (isJsonObject(value) && typeof value['$binary'] === 'string') found.texts.add(value['$binary'])
}

function collectLines(found: Found, text: string, key: string): void {
  if (isSearched(text.replaceAll('\n', ' '), factsOf(found, key))) found.texts.add(text)
  for (const line of text.split('\n')) collectLine(found, line.trim(), key)
}

/** A line in which something looks random, and by itself what does. Under a key for secrets, every line counts. */
function collectLine(found: Found, line: string, key: string): void {
  if (PUBLIC_TEXT.test(line)) return
  const facts = factsOf(found, key)
  const counts = facts.level >= 3 || hasRandomRun(line, SHORTEST_RUN)
  if (line.length >= SHORTEST_LINE && counts && isSearched(line, facts)) found.texts.add(line)
  for (const part of line.split(/\s+/)) {
    const isMixed = part.length >= SHORTEST_LINE && /\d/.test(part) && /[A-Za-z]/.test(part)
    if (isMixed && isSearched(part, facts) && !isOrdinary(part, 'lenient')) found.texts.add(part)
  }
}

function collectTree(found: Found, tree: Json, key: string): void {
  if (typeof tree === 'string') {
    if (key === 'auth') collectLogin(found, tree)
    return collectValue(found, tree, key)
  }
  if (typeof tree === 'number') return collectText(found, String(tree), key)
  if (isBigNumber(tree)) return collectText(found, tree.$number, key)
  if (isJsonArray(tree)) for (const item of tree) collectTree(found, item, key)
  else if (isJsonObject(tree))
    for (const name of Object.keys(tree)) collectTree(found, tree[name]!, childKey(found, key, name))
}

/** Under a sensitive key, a child that says nothing itself (`password: {value: x}`) is as sensitive as its parent. */
function childKey(found: Found, parent: string, name: string): string {
  const facts = found.facts(name)
  return facts.level === 0 && !facts.benign && found.facts(parent).level > 0 ? parent : name
}

/** `auth` of a Docker config: base64 of `user:password`. */
function collectLogin(found: Found, auth: string): void {
  const login = decodeSecretValue(auth)
  if (typeof login !== 'string' || !login.includes(':')) return
  collectText(found, login.slice(login.indexOf(':') + 1), 'password')
  collectText(found, login, 'password')
}

/** Passwords in URLs and assignments inside a value, raw and percent-decoded. */
function collectParts(found: Found, text: string): void {
  if (text.includes('://')) {
    for (const [, , password = ''] of text.matchAll(USERINFO)) {
      collectText(found, password, 'password')
      collectText(found, percentDecoded(password), 'password')
    }
  }
  if (!text.includes('=') && !text.includes(':')) return
  for (const [, name = '', value = ''] of text.matchAll(ASSIGNED)) {
    if (found.facts(name).level >= 3) collectText(found, value.replace(/^["']|["']$/g, ''), name)
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function collectText(found: Found, value: string, key: string): void {
  const text = value.trim()
  if (!PUBLIC_TEXT.test(text) && !PUBLIC_KEY_NAME.test(key) && isSearched(text, factsOf(found, key)))
    found.texts.add(text)
}

/** In other objects a bare `key` is the name of one; in a Secret it may as well be a key. */
function factsOf(found: Found, key: string): KeyFacts {
  const facts = found.facts(key)
  return /^keys?$/i.test(key) ? { ...facts, benign: false } : facts
}

/**
 * Whether a text is worth searching for: long enough, and neither a word nor a name that stands in ordinary objects too.
 * The key decides how much is needed: a password may be made of words, a host name must look random to count.
 */
export function isSearched(text: string, key: KeyFacts): boolean {
  if (text.length < SHORTEST || isOrdinaryWhole(text)) return false
  if (isOrdinary(text, 'strict'))
    return key.level >= 3 && text.length >= 18 && countWords(text) >= 3 && !/[/:.]/.test(text)
  if (key.level >= 3) return true
  if (key.benign) return hasRandomRun(text, SHORTEST_RUN) && !isIdentifier(text)
  if (/[/.:@\s]/.test(text) && isOrdinary(text, 'lenient')) return false
  return true
}

/** UUIDs and hexadecimal digests under keys such as `clientId` or `revision`. */
function isIdentifier(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) || /^(?:[\w-]+[:@])?[0-9a-f]{40,128}$/i.test(text)
}

/** The forms in which a text may be quoted elsewhere: as it is, base64, base64url, URL-encoded, JSON-escaped. */
export function needleForms(text: string): Needle[] {
  const raw = text.length > LONGEST ? text.slice(0, BEGINNING) : text
  const tail = text.length > LONGEST ? 'rest' : 'none'
  const bytes = Buffer.from(raw, 'utf8')
  // The last character of base64 also depends on what follows: it is left to the tail.
  const whole = Math.floor((bytes.length * 8) / 6)
  const base64 = bytes.toString('base64').slice(0, whole)
  const encoded = new Set([base64, base64.replaceAll('+', '-').replaceAll('/', '_')])
  const texts = new Set([raw, ...urlForms(raw), jsonForm(raw), jsonForm(jsonForm(raw))])
  return [
    ...[...texts].map((form) => ({ text: form, tail }) as const),
    ...[...encoded].map((form) => ({ text: form, tail: tail === 'rest' ? tail : 'base64' }) as const),
  ]
}

function urlForms(text: string): string[] {
  const encoded = encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed())
  const form = encoded.replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const lower = (form: string): string => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
  return [encoded, form, form.replaceAll('%20', '+'), lower(encoded), lower(form)]
}

function jsonForm(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
