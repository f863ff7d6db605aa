/**
 * What the name of a key says about its value. `level`:
 * - 0 nothing;
 * - 1 it may hold a secret: masked only if it looks random (`auth`, `salt`);
 * - 2 it holds a secret or the name of one: masked unless it looks like a name (`secret`, `backendSecret`);
 * - 3 and 4 it holds a secret: masked unless it is a placeholder or a reference; at 4 numbers too (`tokens: 5` is a count,
 *   `password: 123456` is not).
 */
export type KeyFacts = {
  readonly level: 0 | 1 | 2 | 3 | 4
  /** Which children of a map under this key hold the secret: those that stand for the value itself, or all but the benign. */
  readonly spreads: 'values' | 'all'
  /** Names, references, places, settings: never secret by the key that they stand under. */
  readonly benign: boolean
  /** Benign as a name, but a map under it says more of the same: `secrets: {db: {...}}`. */
  readonly thing: boolean
  /** `value`, `data`, `plaintext`: the value itself, where the key above says what it is. */
  readonly valueWord: boolean
  /** `secretRef`, `metadata`: names in it are identity. */
  readonly reference: boolean
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/))

/** Last words that make a key a name, a reference, a place or a setting, whatever stands before them. */
const BENIGN = set(
  `ref refs reference references name names alias aliases namespace namespaces kind kinds apiversion version versions type types
  id ids uid key keys path paths file files filename dir directory folder mount mounts mountpath url uri urls uris host hosts hostname
  address addresses endpoint endpoints server servers port ports protocol scheme domain domains region regions zone zones
  cluster clusters database databases db dbname username user users login email account project organization org tenant
  ttl expiration expiry expire expires seconds minutes timeout duration interval period age maxage lifespan lifetime refresh rotation rotate
  length size count limit limits max min number replicas enabled enable disabled create created optional required immutable
  format algorithm algorithms policy strategy method mode audience audiences issuer scope scopes provider
  class classname store engine driver backend template templates annotations labels label selector selectors metadata
  field fields header prefix suffix property source sources from env envs variable variables hint manager location bucket container
  repository registry image tag digest revision commit sha branch author checksum items item role roles group groups permissions rules
  review reviews request requests response validation usage usages description comment title text message reason
  storageclass encoding charset locale timezone level cert certs certificate certificates ca crt pub public subject
  cidr ip ips schedule cron command args samesite secure httponly sum target`,
)

const VALUE_WORDS = set(
  'value values data stringdata plaintext plain literal inline raw content contents current default b64 base64',
)

/** Trailing words that say how the value is written, not what it is. */
const NOISE = set('value values data plain plaintext raw encoded base64 b64 literal content contents string txt')

/** Any of these words makes the key a switch, a count or the name of something that exists elsewhere. */
const NEUTRAL_ANYWHERE = set(
  'existing use automount mounted checksum public max min num total count limit allow require required skip disable enable length valuefrom',
)

/** `last` is tried on the end of the last word, `phrase` on the last two and three words as a whole, so that `io/auth-secret` is no OAuth secret. */
type Form = { readonly last: RegExp; readonly phrase: RegExp }

function form(source: string): Form {
  return { last: new RegExp(`(?:${source})$`), phrase: new RegExp(`^(?:${source})$`) }
}

const STRONG = form(
  'password|passwd|passwort|passphrase|passcode|passkey|(?<!by|com|tres|sur|over|under)pass|pwd|token|bearer' +
    '|(?:api|access|private|priv|signing|encryption|decryption|encryptor|account|storage|shared|preshared|master|sas|auth|license|licence|ssh|session' +
    '|crypto|cipher|aes|rsa|dsa|ecdsa|hmac|webhook|service|client|server|tls|admin|app|application|integration|ingestion|deploy|jwt|gossip' +
    '|unseal|recovery|instrumentation|write|subscription|signature|gpg|pgp|secret|secretaccess|nats|seed|stripe|datadog)key' +
    '|(?:bind|root)pw|masterauth|connectionstring|connectionstr|connstr|dsn|cookie|sastoken|secretkeybase|(?:password|passwd|passphrase)hash(?:es)?',
)

const STRONG_LIST = form(
  'passwords|passwds|passphrases|(?:api|access|private|signing|encryption|account|license|unseal)keys|cookiesecrets' +
    '|secret(?:data|values|stringdata|envs?|vars)|stringdata',
)

/** `clientSecret` is a secret, `tlsSecret` the name of one. */
const SECRET_OF = form(
  '(?:client|app|application|jwt|cookie|shared|webhook|signing|session|hmac|oauth|oauth2|consumer|api|access|totp|otp|master|csrf' +
    '|encryption|hash|nextauth|state|internal|refresh|login|bot|turn|my|the|plain|github|gitlab|slack|google|azure|aws)secret',
)

/** Secrets of these words are objects in the cluster, called by name. */
const NAME_OF = form(
  '(?:pull|tls|cert|certificate|ca|registry|docker|image|k8s|kubernetes|external|sealed|ref|copy|from|volume|name|env|envs|vars|config' +
    '|extra|mount|values|file|files|scripts|keystore|truststore|password|credentials|creds|key)secrets?',
)

const RANDOM_ONLY = set(
  'auth authorization basicauth salt seed pepper nonce license licence otp pat jwt sas nkey creds dockerconfigjson dockercfg dockerconfig',
)

const REFERENCE = /(?:refs?|metadata|valuesfrom|substitutefrom|dependson|imagepullsecrets|pullsecrets)$/

const THING =
  /(?:db|database|env|app|user|server|project|cluster|account|provider|host|domain|organization|tenant|bucket|registry|environment|zone|region|role|group|engine|driver|backend|container)s?$/

const NOTHING: KeyFacts = {
  level: 0,
  spreads: 'values',
  benign: false,
  thing: false,
  valueWord: false,
  reference: false,
}

/** Reads a key in any spelling: camelCase, snake_case, kebab-case, dotted. The last words decide. */
export function keyFacts(key: string): KeyFacts {
  if (key.length > 200) return NOTHING
  const words = splitWords(key)
  const last = words.at(-1)
  if (last === undefined) return NOTHING
  const squeezed = words.join('')
  const found = { ...NOTHING, reference: REFERENCE.test(squeezed), valueWord: VALUE_WORDS.has(squeezed) }
  if (isNeutral(words, squeezed)) return { ...found, benign: true }
  const level = levelOf(words)
  if (level.level > 0) return { ...found, ...level }
  return { ...found, benign: !found.valueWord && (BENIGN.has(last) || found.reference), thing: THING.test(last) }
}

function fits({ last, phrase }: Form, words: readonly string[]): boolean {
  return last.test(words.at(-1) ?? '') || phrase.test(words.slice(-2).join('')) || phrase.test(words.slice(-3).join(''))
}

function isNeutral(words: readonly string[], squeezed: string): boolean {
  if (words.some((word) => NEUTRAL_ANYWHERE.has(word))) return true
  if (fits(NAME_OF, words) || squeezed === 'secretkeys') return true
  // `passwordSecretKey` and `existingSecretKey` name a key of a Secret.
  return words.length > 2 && squeezed.endsWith('secretkey') && fits(STRONG, words.slice(0, -2))
}

type Rule = { readonly form: Form } & Pick<KeyFacts, 'level' | 'spreads'>

/** The first that fits decides. */
const RULES: readonly Rule[] = [
  { form: { last: /^(?:pw|psk)$/, phrase: /^(?:pw|psk)$/ }, level: 4, spreads: 'values' },
  { form: STRONG_LIST, level: 4, spreads: 'all' },
  { form: form('tokens'), level: 3, spreads: 'all' },
  { form: form('serviceaccounttoken'), level: 2, spreads: 'values' },
  { form: STRONG, level: 4, spreads: 'values' },
  { form: SECRET_OF, level: 4, spreads: 'values' },
  { form: form('secrets|credentials?|creds'), level: 2, spreads: 'all' },
  { form: form('secret'), level: 2, spreads: 'values' },
  { form: form('secretid|userkey|routingkey|webhook|webhook(?:url|uri|address|path)'), level: 1, spreads: 'values' },
]

/** `words` are tried without their noise first, then as they are: `secretData` is more than `secret`. */
function levelOf(words: readonly string[]): Pick<KeyFacts, 'level' | 'spreads'> {
  const kept = withoutNoise(words)
  if (fits(STRONG_LIST, words)) return { level: 4, spreads: 'all' }
  const rule = RULES.find(({ form }) => fits(form, kept) || fits(form, words))
  if (rule !== undefined) return { level: rule.level, spreads: rule.spreads }
  const isAtTimes = RANDOM_ONLY.has(kept.at(-1) ?? '') || RANDOM_ONLY.has(kept.slice(-2).join(''))
  return { level: isAtTimes ? 1 : 0, spreads: 'values' }
}

function withoutNoise(words: readonly string[]): readonly string[] {
  let end = words.length
  while (end > 1 && (NOISE.has(words[end - 1]!) || /^\d{1,2}$/.test(words[end - 1]!))) end -= 1
  const kept = words.slice(0, end)
  return [...kept.slice(0, -1), (kept.at(-1) ?? '').replace(/(?<=\D)\d{1,2}$/, '')]
}

function splitWords(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
