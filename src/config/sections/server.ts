import { isIPv4 } from 'node:net'
import * as z from 'zod'
import { readDuration } from '../durations.ts'
import { filePath, hostPort, isPlainUrl, readHostPort, resolvePath, shortDuration, type HostPort } from '../words.ts'

export type ServerConfig = {
  readonly listen: HostPort
  /** Empty, or `/flux-compare`: before every path, without a slash at its end. */
  readonly basePath: string
  /** Under which people reach it, with its base path; null: not told, and messages have no links. */
  readonly publicUrl: string | null
  /** Paths of PEM files. Null: plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  /** Of one caller: so many requests in each span of time. */
  readonly rateLimit: { readonly requests: number; readonly perMs: number }
}

export const LISTEN = '127.0.0.1:8080'
const RATE_LIMIT = { requests: 100, per: '1s' }

export const serverSchema = z.strictObject({
  listen: hostPort(LISTEN)
    .default(LISTEN)
    .meta({ description: 'Where to listen. Anything but a loopback address needs access.tokens.' }),
  basePath: z
    .string()
    .regex(/^(?:\/|(?:\/[A-Za-z0-9._~-]+)+)$/, 'must be a path such as /flux-compare, without a slash at its end')
    .default('/')
    .meta({ description: 'Path before all others, behind a proxy that keeps it.', examples: ['/flux-compare'] }),
  publicUrl: z
    .string()
    .refine(isPlainUrl, 'must be a URL without user, query and fragment, such as https://flux-compare.example.com')
    .optional()
    .meta({
      description: 'The address under which people reach it, with its base path: what links in messages begin with.',
      examples: ['https://flux-compare.example.com'],
    }),
  tls: z
    .strictObject({ certFile: filePath('/etc/flux-compare/tls.crt'), keyFile: filePath('/etc/flux-compare/tls.key') })
    .optional()
    .meta({ description: 'PEM files of the certificate (with its chain) and its key. Default: plain HTTP.' }),
  rateLimit: z
    .strictObject({
      requests: z
        .int()
        .min(1)
        .max(1_000_000)
        .meta({ examples: [100] }),
      per: shortDuration('1s'),
    })
    .default(RATE_LIMIT)
    .meta({ description: 'So many requests of one token in each span of time; more are answered 429.' }),
})

export function resolveServer(written: z.output<typeof serverSchema>, folder: string): ServerConfig {
  const { tls, rateLimit } = written
  return {
    listen: readHostPort(written.listen)!,
    basePath: written.basePath === '/' ? '' : written.basePath,
    publicUrl: written.publicUrl?.replace(/\/+$/, '') ?? null,
    tls:
      tls === undefined
        ? null
        : { certFile: resolvePath(tls.certFile, folder), keyFile: resolvePath(tls.keyFile, folder) },
    rateLimit: { requests: rateLimit.requests, perMs: readDuration(rateLimit.per)! },
  }
}

/** Whether nobody but this machine can connect. Source: RFC 1122 3.2.1.3 (127/8), RFC 4291 2.5.3 (::1), RFC 6761 6.3. */
export function isLoopback({ host }: HostPort): boolean {
  return (isIPv4(host) && host.startsWith('127.')) || host === '::1' || host.toLowerCase() === 'localhost'
}
