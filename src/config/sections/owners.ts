import * as z from 'zod'

/** Who owns which namespaces: exact names, or beginnings that end in `*`. The first that fits counts. */
export type OwnerConfig = { readonly owner: string; readonly namespaces: readonly string[] }

export const ownerSchema = z.strictObject({
  owner: z
    .string()
    .min(1, 'must not be empty')
    .max(100)
    .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'must be one line without control characters')
    .meta({ examples: ['team-shop'], description: 'What notify and reports call it.' }),
  namespaces: z
    .array(
      z
        .string()
        .regex(
          /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|[a-z0-9][a-z0-9-]{0,61}\*)$/,
          'must be the name of a namespace, or its beginning and *',
        )
        .meta({ examples: ['shop-*'] }),
    )
    .min(1, 'must name at least one')
    .meta({ description: 'Names of namespaces, or beginnings that end in *.' }),
})
