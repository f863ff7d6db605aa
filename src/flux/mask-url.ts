import { hasRandomRun } from './plain-words.ts'
import { keyFacts } from './sensitive-keys.ts'
import { isReferenceValue } from './sensitive-values.ts'

const USERINFO = /\b([a-z][a-z0-9+.-]{1,30}:\/\/)([^\s/?#"'<>\\`]+)@/gi
/** A Go MySQL DSN: `user:password@tcp(host:3306)/db`. */
const MYSQL_DSN = /\b([\w.-]{1,64}):([^\s@/]{1,200})@(tcp|unix)\(/g
const PARAMETER = /([?&])([\w.%~-]{1,60})=([^&\s"'<>#\\`]+)/g
const SECRET_PARAMETERS = new Set([
  'sig',
  'key',
  'code',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
  'x-goog-signature',
  'x-goog-credential',
  'signature',
  'auth',
  'sslpassword',
  'pass',
  'sshkey',
  'secret',
  'jwt',
  'credential',
  'sas',
])

/** Services whose webhook URL is the credential; what follows the group is secret. */
const WEBHOOKS =
  /(https?:\/\/(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks|[\w.-]+\.webhook\.office\.com|outlook\.office(?:365)?\.com\/webhook|[\w.-]+\.logic\.azure\.com(?::\d+)?\/workflows|[\w.-]+\.powerplatform\.com(?::\d+)?\/powerautomate|chat\.googleapis\.com\/v1\/spaces|hooks\.zapier\.com\/hooks|api\.telegram\.org\/bot|maker\.ifttt\.com\/trigger|events\.pagerduty\.com\/integration|open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook|hc-ping\.com|webexapis\.com\/v1\/webhooks\/incoming|[\w.-]+\/hooks(?=\/[a-z0-9]{26}\b))\/?)[^\s"'<>\\`]+/gi

const BLANK = '***'

/** The text with passwords, tokens and signatures in its URLs replaced by `***`; user names, hosts and paths stay. */
export function blankUrls(text: string): string {
  let blanked = text
  if (blanked.includes('@')) {
    blanked = blanked.replace(USERINFO, (whole, scheme: string, userinfo: string) => {
      const shown = blankUserinfo(userinfo)
      return shown === userinfo ? whole : `${scheme}${shown}@`
    })
    blanked = blanked.replace(MYSQL_DSN, (whole, user: string, password: string, net: string) =>
      isShown(password) ? whole : `${user}:${BLANK}@${net}(`,
    )
  }
  if (blanked.includes('://')) {
    blanked = blanked.replace(WEBHOOKS, (whole, start: string) =>
      isShown(whole.slice(start.length)) ? whole : start + BLANK,
    )
  }
  return blanked.includes('=') ? blanked.replace(PARAMETER, blankParameter) : blanked
}

/** The URL with its path and query blanked: for addresses whose path is the credential (`https://alerts.example.com/***`). */
export function blankUrlPath(url: string): string {
  const origin = /^[a-z][\w+.-]*:\/\/[^/?#@\s]*/i.exec(url)?.[0]
  return origin === undefined ? BLANK : `${origin}/${BLANK}`
}

function blankUserinfo(userinfo: string): string {
  const colon = userinfo.indexOf(':')
  if (colon < 0) return isToken(userinfo) ? BLANK : userinfo
  const user = userinfo.slice(0, colon)
  const password = userinfo.slice(colon + 1)
  return `${isToken(user) ? BLANK : user}:${isShown(password) ? password : BLANK}`
}

function isToken(user: string): boolean {
  return !isShown(user) && hasRandomRun(user, 16)
}

function blankParameter(whole: string, mark: string, name: string, value: string): string {
  if (isShown(value)) return whole
  const secret = SECRET_PARAMETERS.has(name.toLowerCase()) || keyFacts(name).level >= 3
  return secret && value.length >= 4 ? `${mark}${name}=${BLANK}` : whole
}

function isShown(value: string): boolean {
  return value === '' || value === BLANK || isReferenceValue(value)
}
