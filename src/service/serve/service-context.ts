import type { ClusterName } from '../../model/cluster.ts'
import type { Access } from '../access.ts'
import { secretsOf } from '../compare-task.ts'
import type { SnapshotFacts } from '../compute/read-snapshot.ts'
import type { VisibleScope } from '../compute/visible-scope.ts'
import { createLru, type Lru } from '../lru.ts'
import type { ServicePorts } from '../service-ports.ts'
import type { Rendered } from '../service.ts'

/** The ports, and what the verbs remember of immutable things. Keys hold the scope: nobody gets what was made for another. */
export type ServiceContext = ServicePorts & {
  readonly facts: Lru<SnapshotFacts>
  readonly rendered: (key: string, make: () => Promise<Rendered>) => Promise<Rendered>
}

const FACTS = 500

export function createContext(ports: ServicePorts): ServiceContext {
  const documents = createLru<Rendered>(ports.limits.renderedBytes, ({ body }) => body.length)
  return { ...ports, facts: createLru<SnapshotFacts>(FACTS, () => 1), rendered: onceEach(documents) }
}

/** Callers that ask for a document while it is made wait for the same one. */
function onceEach(documents: Lru<Rendered>): ServiceContext['rendered'] {
  const making = new Map<string, Promise<Rendered>>()
  return (key, make) => {
    const known = documents.get(key)
    if (known) return Promise.resolve(known)
    const begun = making.get(key)
    if (begun) return begun
    const made = make()
      .then((document) => {
        documents.set(key, document)
        return document
      })
      .finally(() => making.delete(key))
    making.set(key, made)
    return made
  }
}

/** What an answer over these clusters may be made from for this caller. */
export function scopeFor(context: ServicePorts, access: Access, clusters: readonly ClusterName[]): VisibleScope {
  return { secrets: secretsOf(clusters, context.clusters()), namespaces: access.namespaces }
}

export function nowOf({ clock }: ServicePorts): string {
  return clock.now().toISOString()
}
