import * as z from 'zod'
import { uniqueSlugs, type ClusterName, type Slug } from '../../model/cluster.ts'
import type { SecretCompare } from '../../model/mask.ts'
import { readDuration } from '../durations.ts'
import { filePath, namespaceNames, resolvePath, shortDuration } from '../words.ts'

/** How a cluster is reached. Paths are absolute; `kubeconfig: null`: KUBECONFIG, then the default file. */
export type ClusterConnection =
  | { readonly by: 'context'; readonly context: string; readonly kubeconfig: string | null }
  /** A file, or a folder with `value` or `value.yaml`, that holds a self-contained kubeconfig: its current context. */
  | { readonly by: 'kubeconfig'; readonly path: string }
  | { readonly by: 'in-cluster' }

export type ClusterConfig = {
  readonly name: ClusterName
  readonly slug: Slug
  readonly connection: ClusterConnection
  readonly labels: Readonly<Record<string, string>>
  /** What of its names and values is its own. */
  readonly parameters: Readonly<Record<string, string>>
  /** Null: all. */
  readonly namespaces: readonly string[] | null
  readonly pool: string
  readonly requestTimeoutMs: number
  /** For reading the whole cluster. */
  readonly timeoutMs: number
  readonly secretCompare: SecretCompare
  readonly as: string | null
  readonly asGroups: readonly string[]
  /** Whether TLS may go unverified, or be missing. */
  readonly insecure: boolean
}

export const REQUEST_TIMEOUT = '30s'
export const TIMEOUT = '2m'
export const POOL = 'default'

const name = z
  .string()
  .min(1, 'must not be empty')
  .max(253)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'must not hold control characters')
  .refine((text) => text !== '-' && !text.startsWith('file:'), 'must not be - or begin with file:, which mean files')
  .meta({ examples: ['production'], description: 'What the cluster is called everywhere.' })

const label = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,251}[A-Za-z0-9])?$/

export const PARAMETER = /^[A-Za-z][\w-]{0,62}$/

export const clusterSchema = z.strictObject({
  name,
  slug: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 lower-case letters, digits and -')
    .optional()
    .meta({ description: 'The name in URLs. Default: made from the name.', examples: ['production'] }),
  context: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .meta({ description: 'A context of the kubeconfig.', examples: ['production'] }),
  kubeconfig: filePath('/etc/flux-compare/production').optional().meta({
    description:
      'With context: the kubeconfig file that has it. Alone: a self-contained kubeconfig, as a file or as a mounted Secret in the form of a Flux spec.kubeConfig (value or value.yaml).',
  }),
  inCluster: z.literal(true).optional().meta({ description: 'The cluster that the process runs in.' }),
  labels: z
    .record(
      z.string().regex(label, 'must be a label key'),
      z.string().regex(/^[A-Za-z0-9._-]{0,63}$/, 'must be a label value'),
    )
    .default({})
    .meta({ description: 'To choose clusters by.', examples: [{ env: 'production' }] }),
  parameters: z
    .record(
      z.string().regex(PARAMETER, 'must be a letter, and then letters, digits, _ and -'),
      z
        .string()
        .regex(/[\p{L}\p{N}]/u, 'must hold a letter or digit')
        .max(253),
    )
    .default({})
    .meta({ description: 'What of its names and values is its own: docs/parameters.md.', examples: [{ env: 'prod' }] }),
  namespaces: namespaceNames.optional().meta({ description: 'Only these. Default: all.' }),
  pool: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and -')
    .default(POOL)
    .meta({ description: 'Which workers read it: those started with --pool.', examples: ['eu-west'] }),
  requestTimeout: shortDuration('30s').default(REQUEST_TIMEOUT).meta({ description: 'For a single request.' }),
  timeout: shortDuration('2m').default(TIMEOUT).meta({ description: 'For reading the whole cluster.' }),
  secretCompare: z.enum(['equality', 'presence', 'off']).default('equality').meta({
    description: 'What may be compared of secret values: by keyed fingerprint, whether there is one, or nothing.',
  }),
  as: z.string().min(1, 'must not be empty').optional().meta({ description: 'User to impersonate.' }),
  asGroups: z.array(z.string().min(1, 'must not be empty')).default([]).meta({ description: 'Groups to impersonate.' }),
  insecure: z
    .boolean()
    .default(false)
    .meta({ description: 'Allow a kubeconfig that switches off the verification of certificates, or plain http.' }),
})

type WrittenCluster = z.output<typeof clusterSchema>

/** Explicit slugs stay as written; the others are made so that all differ. */
export function resolveClusters(written: readonly WrittenCluster[], folder: string): ClusterConfig[] {
  const fixed = written.flatMap(({ slug }) => slug ?? [])
  const made = uniqueSlugs(
    written.filter(({ slug }) => slug === undefined).map(({ name }) => name),
    fixed,
  )
  return written.map((cluster) => ({
    name: cluster.name,
    slug: cluster.slug ?? made.get(cluster.name)!,
    connection: connectionOf(cluster, folder),
    labels: cluster.labels,
    parameters: cluster.parameters,
    namespaces: cluster.namespaces === undefined ? null : [...new Set(cluster.namespaces)],
    pool: cluster.pool,
    requestTimeoutMs: readDuration(cluster.requestTimeout)!,
    timeoutMs: readDuration(cluster.timeout)!,
    secretCompare: cluster.secretCompare,
    as: cluster.as ?? null,
    asGroups: cluster.asGroups,
    insecure: cluster.insecure,
  }))
}

function connectionOf({ context, kubeconfig, inCluster }: WrittenCluster, folder: string): ClusterConnection {
  const path = kubeconfig === undefined ? null : resolvePath(kubeconfig, folder)
  if (inCluster) return { by: 'in-cluster' }
  if (context !== undefined) return { by: 'context', context, kubeconfig: path }
  return { by: 'kubeconfig', path: path! }
}
