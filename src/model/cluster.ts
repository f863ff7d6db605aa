/** Name of a cluster as the user writes it: a kubeconfig context, a configured name, or a `file:` side. */
export type ClusterName = string

/** `^[a-z0-9-]{1,63}$`: the form used in URLs, file names and ids, where context names (EKS ARNs) are not legal. */
export type Slug = string

const UNSAFE = /[^a-z0-9]+/g

/** Turns any name into a slug. Two names may share one: callers that need uniqueness add {@link uniqueSlugs}. */
export function slugOf(name: string): Slug {
  const slug = name
    .toLowerCase()
    .replace(UNSAFE, '-')
    .replace(/^-+|-+$/g, '')
  return slug.slice(-63).replace(/^-+/, '') || 'cluster'
}

/** Slugs of several names, told apart by `-2`, `-3` ... where two would be the same; in the order given. None is one of `fixed`. */
export function uniqueSlugs(names: readonly string[], fixed: readonly Slug[] = []): Map<string, Slug> {
  const taken = new Set<Slug>(fixed)
  const slugs = new Map<string, Slug>()
  for (const name of names) {
    const base = slugOf(name)
    let slug = base
    for (let n = 2; taken.has(slug); n += 1) slug = `${base.slice(0, 63 - String(n).length - 1)}-${n}`
    taken.add(slug)
    slugs.set(name, slug)
  }
  return slugs
}
