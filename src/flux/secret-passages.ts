import { keyFacts } from './sensitive-keys.ts'
import { isReferenceValue, isSecretText } from './sensitive-values.ts'

/** Stands where a secret stood. */
export const BLANK = '***'

/**
 * A place in running text where a program is given a secret. One of `marks` stands in each text that has it. Of `form` the first group
 * stays, the second is the secret, and `name`, where it has such a group, is the key that says whether it is one.
 */
type Passage = { readonly marks: readonly string[]; readonly form: RegExp }

const QUOTED = String.raw`"[^"\n]{1,4096}"|'[^'\n]{1,4096}'`
/** A word, maybe in quotes. */
const WORD = String.raw`${QUOTED}|[^\s"']{1,4096}`
/** The rest of a command before an option. */
const REST = String.raw`\b[^\n|;&]{0,500}?`

function passage(marks: string, form: string, flags = 'g'): Passage {
  return { marks: marks.split('|'), form: new RegExp(form, flags) }
}

const PASSAGES: readonly Passage[] = [
  // Lines of configuration in which nothing but a space stands between the name of a password and the password.
  passage(
    'requirepass|masterauth|auth_pass|auth-pass|rootpw|bindpw|neighbor',
    String.raw`^([ \t]*(?:requirepass|masterauth|auth_pass|rootpw|(?:root)?bindpw|sentinel[ \t]+auth-pass[ \t]+\S{1,200}|neighbor[ \t]+\S{1,200}[ \t]+password)[ \t]+)(${WORD})`,
    'gm',
  ),
  passage(
    'machine',
    String.raw`^([ \t]*machine[ \t]+\S{1,200}\s+login[ \t]+\S{1,200}\s+password[ \t]+)(${WORD})`,
    'gm',
  ),
  passage('insecure-password', String.raw`(\binsecure-password[ \t]+)(${WORD})`),
  passage('stats auth', String.raw`^([ \t]*stats auth[ \t]+[^\s:]{1,200}:)(\S{1,4096})`, 'gm'),
  // A rule of Redis: `user app on >password ~* +@all`.
  passage('user ', String.raw`^([ \t]*user[ \t]+\S{1,200}[ \t][^\n>]{0,1000}(?<=[ \t])>)(\S{1,4096})`, 'gm'),
  // Commands.
  passage('sshpass', String.raw`(\bsshpass[ \t]+-p[ \t]*)(${WORD})`),
  passage('mysql|mariadb', String.raw`(\b(?:mysql|mariadb)(?:-?[a-z]{1,20})?${REST}[ \t]-p)(${WORD})`),
  passage(
    ' login',
    String.raw`(\b(?:docker|podman|nerdctl|buildah|skopeo|oras|(?:crane[ \t]+auth|(?:helm|regctl)[ \t]+registry|az[ \t]+acr))[ \t]+login${REST}[ \t]-p[ \t]+)(${WORD})`,
  ),
  passage(
    '--password-stdin|--passwordStdin',
    String.raw`(\b(?:echo(?:[ \t]+-n)?|printf(?:[ \t]+["']?%s["']?)?)[ \t]+)(${WORD})(?=[ \t]*\|[^\n|;&]{0,300}--password-?[sS]tdin)`,
  ),
  passage(
    'vault login',
    String.raw`(\bvault[ \t]+login[ \t]+(?:-[\w-]+(?:=\S+)?[ \t]+)*)(?![-\w]+=)([^\s"'-]\S{3,4096})`,
  ),
  passage('redis-cli', String.raw`(\bredis-cli${REST}[ \t]-a[ \t]+)(${WORD})`),
  passage('configure set', String.raw`(\bconfigure set (?<name>[\w.-]{1,80})[ \t]+)(${WORD})`),
  // SQL: `PASSWORD 'x'`, `IDENTIFIED BY 'x'`.
  passage(
    "PASSWORD '|password '|BY '|by '",
    String.raw`(\b(?:PASSWORD|IDENTIFIED(?:[ \t]+WITH[ \t]+\S{1,80})?[ \t]+BY)[ \t]+)('[^'\n]{1,4096}')`,
    'gi',
  ),
  // Programs: `'password' => 'x'`, `conf['password'] = 'x'`, `define('DB_PASSWORD', 'x')`.
  passage(
    '=>|\'] =|"] =|define(',
    String.raw`((?:\bdefine\([ \t]*)?["'](?<name>[\w.-]{1,80})["'](?:\]?[ \t]*=>?|,)[ \t]*)(${QUOTED})`,
  ),
  // Blocks: `secret "x";`
  passage(
    'secret "|password "|token "|key "',
    String.raw`((?:^|[;{])[ \t]*(?<name>[a-z][\w.-]{1,60})[ \t]+)("[^"\n]{1,4096}")(?=[ \t]*(?:[;}]|$))`,
    'gm',
  ),
  // A header that a proxy sets, without a colon.
  passage('set_header', String.raw`(set_header[ \t]+(?<name>[\w-]{1,80})[ \t]+)([^\s"';]{1,4096})`),
  passage(
    '-Key|-Token|-KEY|-TOKEN|-key|-token',
    String.raw`((?<![\w-])(?<name>(?:X-[\w-]{0,40}|Private-)(?:Key|Token))[ \t]+)(${QUOTED})`,
    'gi',
  ),
  // XML: `<password>x</password>`, `<add key="ApiKey" value="x"/>`.
  passage(
    '</',
    String.raw`(<(?<name>[A-Za-z][\w.:-]{0,80})(?:\s[^<>]{0,500})?>)([^<>\s][^<>]{0,4096})(?=<\/\k<name>\s*>)`,
  ),
  passage('value=', String.raw`(\b(?:key|name|id)=["'](?<name>[\w.-]{1,120})["']\s[^<>]{0,200}?\bvalue=)(${QUOTED})`),
]

/** `curl -u user:password`. */
const LOGIN = new RegExp(String.raw`(?<![\w-])((?:-u|--user|--proxy-user)(?:[ \t]+|=))(${WORD})`, 'g')

/** Running text with `***` where a configuration or a command gives a secret to a program. */
export function blankPassages(text: string): string {
  let blanked = text
  for (const { marks, form } of PASSAGES) {
    if (marks.some((mark) => blanked.includes(mark))) blanked = blanked.replace(form, blankPassage)
  }
  return blanked.includes('curl') ? blanked.replace(LOGIN, blankLogin) : blanked
}

function blankPassage(whole: string, ...found: unknown[]): string {
  const groups = found.at(-1)
  const name = typeof groups === 'object' && groups !== null && 'name' in groups ? String(groups.name) : null
  const [lead, value] = name === null ? [found[0], found[1]] : [found[0], found[2]]
  const secret = unquote(String(value))
  const quote = String(value) === secret ? '' : String(value).slice(0, 1)
  const isGiven = name === null ? !isShown(secret) : secret !== BLANK && isSecretText(keyFacts(name).level, secret)
  return isGiven ? `${String(lead)}${quote}${BLANK}${quote}` : whole
}

/** `1000:1000` is a user and a group, not a login. */
function blankLogin(whole: string, flag: string, login: string): string {
  const text = unquote(login)
  const quote = text === login ? '' : login.slice(0, 1)
  const [, user, password] = /^([^:/]{1,200}):(?!\/\/)([\s\S]+)$/.exec(text) ?? []
  if (user === undefined || password === undefined || isShown(password) || /^\d+:\d+$/.test(text)) return whole
  return `${flag}${quote}${user}:${BLANK}${quote}`
}

function isShown(value: string): boolean {
  return value === BLANK || isReferenceValue(value)
}

export function unquote(value: string): string {
  return /^(?:"[\s\S]*"|'[\s\S]*')$/.test(value) ? value.slice(1, -1) : value
}
