import { hasRandomRun, isOrdinary, isOrdinaryWhole } from './plain-words.ts'
import type { KeyFacts } from './sensitive-keys.ts'

/** References to secrets that stand elsewhere, and placeholders that something fills in later: none of them is the secret. */
const REFERENCES: readonly RegExp[] = [
  /^(?:\s|\$\{[A-Za-z_][\w.]{0,100}(?::?[-=](?:\*\*\*)?)?\}|\$\([A-Za-z_]\w{0,100}\)|\$[A-Za-z_]\w{0,100}|\{\{[^{}]{0,200}\}\}|<<[^<>]{0,200}>>|\$\{\{[^{}]{0,200}\}\}|\$__(?:file|env)\{[^{}]{0,200}\}|[-_.:@/])*$/,
  /^(?:op|vault|awssm|gcpsm|azkv|secret|env|file|ref\+[a-z]+):(?:\/\/)?[\w.\-/#:]{1,200}$/,
  /^\$\((?:cat|head|kubectl|vault|aws|gcloud|az|op|openssl|pwgen|jq|curl|<)[^()]{0,300}\)?$/,
  /^(?:os\.(?:environ(?:\.get)?|getenv)|process\.env|System\.getenv|getenv|ENV)[.([]["'\w.()[\], -]{1,200};?$/,
  /^arn:aws[\w-]*:[\w\-:/.]{1,300}$/,
  /^(?:sha256|sha384|sha512):[0-9a-f]{32,128}$/,
  /^(?:true|false|null|none|nil|yes|no|enabled|disabled|\*+)$/i,
  /^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d))+$/,
]

const FILE_NAME = /^[\w-]{1,60}\.(?:ya?ml|json|key|crt|pem|txt|env|conf|cfg|pub|asc|agekey)$/
const PATH = /^\/?(?:[\w.-]{1,60}\/){1,12}[\w.-]{1,60}$/
const PUBLIC =
  /^(?:-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|PGP PUBLIC KEY BLOCK)-----|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S{4,20}) AAAA)/

/** Words of which the names of Secrets and of keys inside them are made. */
const NAME_WORDS = new Set(
  'secret secrets tls cert certs certificate creds credentials credential auth token tokens key keys config password passwords oauth oauth2 registry pull regcred api ca kubeconfig webhook sops age git github gitlab ghcr docker ssh https deploy'.split(
    ' ',
  ),
)
const KEY_WORDS = new Set(
  'secret access key password passwd pass token id api client private public tls ca user username admin root license signing encryption auth value data credentials cookie webhook jwt session aws accesskey secretkey apikey privatekey'.split(
    ' ',
  ),
)

/** Placeholder, reference to another store, switch, duration or file: not a secret under any key. */
export function isReferenceValue(text: string): boolean {
  if (text.trim() === '' || FILE_NAME.test(text) || PUBLIC.test(text)) return true
  if (text.length <= 600 && REFERENCES.some((form) => form.test(text))) return true
  return text.length <= 300 && PATH.test(text) && /^[./]/.test(text) && isOrdinary(text, 'lenient')
}

/** Whether a string under a key of this level is to be masked; see {@link KeyFacts}. */
export function isSecretText(level: KeyFacts['level'], text: string): boolean {
  if (level === 0 || isReferenceValue(text)) return false
  if (level === 1) return looksRandom(text)
  if (level === 2) return !isNameOfSecret(text)
  return !isKeyName(text)
}

/** For keys that hold a secret only at times: base64 of `user:password`, random text, a header value. */
function looksRandom(text: string): boolean {
  if (isOrdinaryWhole(text)) return false
  if (/^[a-z][\w+.-]*:\/\//i.test(text)) return hasRandomRun(text.replace(/^[^/]*\/\/[^/]*/, ''), 16)
  // `user:hunter2` is a login, `registry:5000` an address.
  if (/^[^\s:/]+:[^\s:/]+$/.test(text) && !isOrdinary(text, 'strict')) return true
  return text.length >= 6 && !isOrdinary(text, 'lenient')
}

/** A DNS name of two or three words, or of more where one says that it names a Secret: `grafana-oauth-credentials`; maybe below a namespace. */
function isNameOfSecret(text: string): boolean {
  const [, namespace, name] = /^([a-z0-9-]{1,63})\/([^/]{1,253})$/.exec(text) ?? []
  if (namespace !== undefined && name !== undefined) return isOrdinary(namespace, 'lenient') && isNameOfSecret(name)
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)) return isKeyName(text)
  const words = text.split(/[.-]/)
  if (words.length === 1) return NAME_WORDS.has(text) || KEY_WORDS.has(text)
  return (words.length <= 3 || words.some((word) => NAME_WORDS.has(word))) && isOrdinary(text, 'lenient')
}

/** The name of a key in a Secret, made of nothing but words for secrets: `secret-access-key`, `ADMIN_PASSWORD`. */
function isKeyName(text: string): boolean {
  if (text.length > 60 || !/[-_.]|[a-z]{3}key$/.test(text)) return false
  return text
    .toLowerCase()
    .split(/[-_.]/)
    .every((word) => KEY_WORDS.has(word))
}
