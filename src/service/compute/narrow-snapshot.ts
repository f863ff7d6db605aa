import { overallStatus, type CoverageScope, type KindCoverage } from '../../model/coverage.ts'
import type { ControllerFacts, InstallFacts, Reference, Snapshot, SnapshotEntry } from '../../model/snapshot.ts'

/**
 * The snapshot as if it had been taken of these namespaces alone. Whether an object of another namespace exists is not told either:
 * a reference to it is `not-asked`.
 */
export function narrowSnapshot(snapshot: Snapshot, namespaces: readonly string[]): Snapshot {
  const names = new Set(namespaces)
  const isSeen = (at: { readonly namespace: string }): boolean => names.has(at.namespace)
  const entries = snapshot.entries.filter(({ ref }) => isSeen(ref))
  const references = snapshot.references
    .filter(({ from }) => isSeen(from))
    .map((reference): Reference => (isSeen(reference.to) ? reference : { ...reference, state: 'not-asked' }))
  return {
    ...snapshot,
    // A tag over the secrets of all namespaces.
    secretSet: '',
    namespaces: commonNamespaces(snapshot.namespaces, namespaces),
    install: narrowInstall(snapshot.install, isSeen),
    coverage: narrowCoverage(snapshot.coverage, namespaces, entries),
    entries,
    references,
    events: snapshot.events?.filter(({ ref }) => isSeen(ref)) ?? null,
  }
}

function narrowInstall(
  { allControllers: _all, controllers, ...facts }: InstallFacts,
  isSeen: (controller: ControllerFacts) => boolean,
): InstallFacts {
  return { ...facts, controllers: controllers.filter(isSeen) }
}

/** Those that both allow, sorted; null stands for all. */
export function commonNamespaces(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b
  return [...new Set(a)].filter((name) => b.includes(name)).sort()
}

function narrowCoverage(
  coverage: readonly KindCoverage[],
  namespaces: readonly string[],
  entries: readonly SnapshotEntry[],
): readonly KindCoverage[] {
  const counts = new Map<string, number>()
  const add = ({ group, kind }: { readonly group: string; readonly kind: string }): void => {
    counts.set(`${group}/${kind}`, (counts.get(`${group}/${kind}`) ?? 0) + 1)
  }
  for (const { ref } of entries) add(ref)
  return coverage.map((row): KindCoverage => {
    const objects = counts.get(`${row.group}/${row.kind}`) ?? 0
    if (row.scopes.length === 0) return { ...row, objects }
    const scopes = [...new Set(namespaces)].sort().flatMap((namespace) => scopeIn(row, namespace) ?? [])
    return { ...row, status: overallStatus(scopes), objects, scopes }
  })
}

/** The scope of the namespace itself, else what is known of it from the whole cluster, without what belongs to the whole. */
function scopeIn({ scopes }: KindCoverage, namespace: string): CoverageScope | null {
  const own = scopes.find((scope) => scope.namespace === namespace)
  if (own) return own
  const whole = scopes.find((scope) => scope.namespace === null)
  return whole ? { ...whole, namespace, resourceVersion: null } : null
}
