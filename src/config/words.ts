import { isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { readDuration, readLongDuration } from './durations.ts'

/** The forms of values that several sections share. */

const HOUR_MS = 3_600_000
const NONE = '0s'

/** A Go duration of 1 ms to 24 h: timers cannot wait for much longer. */
export function shortDuration(example: string) {
  const wanted = `must be a duration with a unit, such as ${example}`
  return z
    .string({ error: wanted })
    .refine((text) => (readDuration(text) ?? 0) > 0, `${wanted} (units: ns, us, ms, s, m, h)`)
    .refine((text) => (readDuration(text) ?? 0) <= 24 * HOUR_MS, 'must be at most 24h')
    .meta({ examples: [example] })
}

/** A Go duration that may begin with days. */
export function longDuration(example: string) {
  const wanted = `must be a duration with a unit, such as ${example}`
  return z
    .string({ error: wanted })
    .refine((text) => readLongDuration(text) !== null, `${wanted} (units: d, h, m, s)`)
    .meta({ examples: [example] })
}

/** A Go duration that may begin with days, or `0s`. */
export function longDurationOrNone(example: string) {
  const wanted = `must be a duration with a unit, such as ${example}, or 0s`
  return z
    .string({ error: wanted })
    .refine((text) => text === NONE || readLongDuration(text) !== null, `${wanted} (units: d, h, m, s)`)
    .meta({ examples: [example] })
}

/** A Go duration of at most so many hours, or `0s`. */
export function shortDurationOrNone(example: string, hours: number) {
  return longDurationOrNone(example).refine(
    (text) => text === NONE || (readLongDuration(text) ?? 0) <= hours * HOUR_MS,
    `must be at most ${hours}h`,
  )
}

/** Of what {@link longDurationOrNone} takes, in ms. */
export function durationOrNone(text: string): number {
  return text === NONE ? 0 : readLongDuration(text)!
}

/** A path; a relative one is against the folder of the configuration file. */
export function filePath(example: string) {
  return z
    .string()
    .min(1, 'must not be empty')
    .meta({ examples: [example] })
}

export function resolvePath(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}

export const namespaceName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be the name of a namespace: lower-case letters, digits and -')
  .meta({ examples: ['flux-system'] })

export const namespaceNames = z.array(namespaceName).min(1, 'must name at least one; leave it out for all')

/** Where a secret value is taken from when it is needed; the configuration never holds it. */
export type SecretSource = { readonly env: string } | { readonly file: string }

export function secretSource(example: string) {
  const env = z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
    .meta({ examples: [example] })
  return z
    .union([z.strictObject({ env }), z.strictObject({ file: filePath(`/run/secrets/${example.toLowerCase()}`) })], {
      error: `must say where the value is, such as { env: ${example} } or { file: /run/secrets/${example.toLowerCase()} }`,
    })
    .meta({ description: 'Where the secret is: the name of an environment variable, or of a file.' })
}

export function resolveSource(source: SecretSource, folder: string): SecretSource {
  return 'env' in source ? source : { file: resolvePath(source.file, folder) }
}

/** A key that exists only to be refused: people write the secret itself where its source belongs. */
export function refusedLiteral(instead: string) {
  return z.never({ error: `would hold a secret in the file; write ${instead}` }).optional()
}

/** A web address that holds nothing but where it leads. */
export function isPlainUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === ''
}

export type HostPort = { readonly host: string; readonly port: number }

const HOST_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)):(\d{1,5})$/

/** `127.0.0.1:8080`, `[::1]:8080`, `redis.example.com:6379`; null where it is none. */
export function readHostPort(text: string): HostPort | null {
  const [, bracketed, plain, port] = HOST_PORT.exec(text) ?? []
  const host = bracketed ?? plain
  return host === undefined || Number(port) > 65_535 ? null : { host, port: Number(port) }
}

export function writeHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

export function hostPort(example: string) {
  return z
    .string({ error: `must be host:port, such as ${example}` })
    .refine((text) => readHostPort(text) !== null, `must be host:port, such as ${example}`)
    .meta({ examples: [example] })
}

/** IANA name of a time zone. */
export const timeZone = z
  .string()
  .refine(isTimeZone, 'is no time zone; write an IANA name, such as Europe/Berlin')
  .meta({ examples: ['Europe/Berlin'] })

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
