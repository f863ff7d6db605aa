import { isReferenceValue } from './sensitive-values.ts'
import { blankUrls } from './mask-url.ts'

/** Text in which a secret of known shape may stand holds one of these, whatever its case: a cheap test before the regexes. */
export const SHAPE_STEMS: readonly string[] = [
  ...stems(
    'egin ls0t .eyj eyjh akia asia ghp_ gho_ ghu_ ghs_ ghr_ _pat lpat xoxb xoxa xoxp xoxr xoxs xoxe xapp aiza asic eare',
  ),
  ...stems('sk_l rk_l sk_t rk_t npm_ pypi hvs. hvb. dop_ glsa ckr_ shpa shpc shps shpp sk-p sk-a enc[ @tcp @uni'),
  ...'abcdefghijklmnopqrstuvwxyz0123456789_-'.split('').map((sign) => `sg.${sign}`),
  // Webhooks.
  ...stems('hook legr gic. rpla chat rdut fttt c-pi'),
  // Names that stand before a value in running text; what follows is judged by the name.
  ...stems('pass toke secr cred auth ooki key= key: key" _key -key keys pwd= pwd: pwd" dsn= dsn: dsn" hras gdat'),
  ...stems('salt seed lice ure= sig= ode= psk= psk: ndpw otpw _pw= .pw= -pw= _pw:'),
  // A login after `-u`, `-p` or `>`.
  ...stems('curl mysq aria ogin s-cl'),
  'on >',
  '* >',
  "by '",
  // Hashes of passwords.
  ...'./abcdefghijklmnopqrstuvwxyz0123456789'.split('').flatMap((sign) => [`$5$${sign}`, `$6$${sign}`, `$1$${sign}`]),
  ...stems('$y$j $2a$ $2b$ $2y$ $apr $arg $pbk $scr :$1$ :$5$ :$6$ :$y$'),
  // Maps that pose as masks, also in disguise.
  ...stems(String.raw`ked: ked" ked' \u00 \x6d`),
  'ked ',
  'key ',
  'psk ',
  '_pw ',
  'pwd ',
  'dsn ',
]

function stems(words: string): string[] {
  return words.split(' ')
}

const PEM =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g
const BASE64_PEM = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}/g

/** `mark` stands in every token of the form: looking for it first spares most of the regexes. */
type TokenForm = { readonly mark: string; readonly form: RegExp }

const TOKENS: readonly TokenForm[] = [
  { mark: 'eyJ', form: /\beyJ[\w-]{8,}\.eyJ[\w-]{4,}(?:\.[\w-]*)?/g }, // JSON Web Token
  { mark: 'eyJhdXRocyI', form: /\beyJhdXRocyI[\w+/=-]{8,}/g }, // base64 of a Docker config
  { mark: 'AKIA', form: /\bAKIA[0-9A-Z]{16}\b/g }, // AWS access key
  { mark: 'ASIA', form: /\bASIA[0-9A-Z]{16}\b/g },
  { mark: 'gh', form: /\bgh[pousr]_[A-Za-z0-9]{16,}/g }, // GitHub
  { mark: 'github_pat_', form: /\bgithub_pat_\w{20,}/g },
  { mark: 'gl', form: /\bgl(?:pat|dt|rt|ptt|cbt|agent)-[\w-]{16,}/g }, // GitLab
  { mark: 'xox', form: /\bxox[abeprs]-[\w-]{10,}/g }, // Slack
  { mark: 'xapp-', form: /\bxapp-\d-[\w-]{10,}/g },
  { mark: 'AIza', form: /\bAIza[\w-]{35}/g }, // Google
  { mark: '-', form: /\bAGE-SECRET-KEY-[0-9A-Z-]{20,}/gi }, // age
  { mark: 'k_', form: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g }, // Stripe
  { mark: 'sk-', form: /\bsk-(?:proj-|ant-)[\w-]{20,}/g }, // OpenAI, Anthropic
  { mark: 'npm_', form: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { mark: 'pypi-AgE', form: /\bpypi-AgE[\w-]{20,}/g },
  { mark: 'hv', form: /\bhv[sb]\.[\w-]{20,}/g }, // Vault
  { mark: 'dop_v1_', form: /\bdop_v1_[a-f0-9]{64}\b/g }, // DigitalOcean
  { mark: 'glsa_', form: /\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b/g }, // Grafana
  { mark: 'dckr_pat_', form: /\bdckr_pat_[\w-]{20,}/g }, // Docker Hub
  { mark: 'shp', form: /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g }, // Shopify
  { mark: 'SG.', form: /\bSG\.[\w-]{16,}\.[\w-]{16,}/g }, // SendGrid
  {
    mark: '$',
    form: /(?<![\w$])\$(?:1|2[aby]|5|6|y|apr1|argon2i?d?|pbkdf2(?:-sha\d{1,3})?|scrypt)\$[\w./$=,+-]{16,}/g,
  }, // hashes of passwords
]

const SCHEME = /\b(Basic|Bearer)\s+([A-Za-z0-9+/._~=-]{8,})/gi
const HEADER =
  /\b((?:(?:Proxy-)?Authorization|X-Api-Key|X-Auth-Token|X-Vault-Token|Private-Token|(?:Set-)?Cookie)["']?\s*[:=]\s*["']?)((?:(?:Basic|Bearer|Token|Digest|ApiKey)\s+)?)([^\s"'\\]+)/gi
const CONNECTION_PART = /\b(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=([^;\s"']{4,})/gi

const BLANK = '***'

/** The text with private keys, tokens of known form, authorization values and credentials in URLs replaced by `***`. */
export function blankShapes(text: string): string {
  let blanked = text.includes('PRIVATE KEY') ? text.replace(PEM, BLANK) : text
  blanked = blanked.replace(BASE64_PEM, (run) => (isPrivatePem(run) ? BLANK : run))
  for (const { mark, form } of TOKENS) if (blanked.includes(mark)) blanked = blanked.replace(form, BLANK)
  blanked = blanked.replace(SCHEME, (whole, scheme: string, value: string) =>
    isCredential(scheme, value) ? `${scheme} ${BLANK}` : whole,
  )
  blanked = blanked.replace(HEADER, (whole, name: string, scheme: string, value: string) =>
    isHeaderSecret(scheme, value) ? `${name}${scheme}${BLANK}` : whole,
  )
  blanked = blanked.replace(CONNECTION_PART, (whole, name: string, value: string) =>
    isReferenceValue(value) ? whole : `${name}=${BLANK}`,
  )
  return blankUrls(blanked)
}

function isPrivatePem(run: string): boolean {
  return Buffer.from(run, 'base64').toString('latin1').includes('PRIVATE KEY')
}

/** `Basic` and `Bearer` are also words: what follows them must look like what they announce. */
function isCredential(scheme: string, value: string): boolean {
  if (scheme.toLowerCase() === 'basic')
    return (
      /^[A-Za-z0-9+/]+={0,2}$/.test(value) &&
      /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(Buffer.from(value, 'base64').toString('latin1'))
    )
  return value.length >= 16 && /\d/.test(value) && /[A-Za-z]/.test(value)
}

function isHeaderSecret(scheme: string, value: string): boolean {
  if (isReferenceValue(value) || value === BLANK) return false
  return scheme !== '' || (value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value))
}
