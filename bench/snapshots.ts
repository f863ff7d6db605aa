import { createFingerprintKey } from '../src/flux/fingerprint.ts'
import { createMasker } from '../src/flux/mask-object.ts'
import { assembleSnapshot } from '../src/clusters/assemble-snapshot.ts'
import { takeObject } from '../src/clusters/take-object.ts'
import type { RawObject, Snapshot } from '../src/model/snapshot.ts'
import { VERSION } from '../src/model/version.ts'

const key = createFingerprintKey(Buffer.alloc(32, 7))

/** A snapshot of raw objects as the collector would make it, without a cluster. */
export function snapshotOf(cluster: string, id: string, objects: readonly object[], revision = 0): Snapshot {
  const raw = objects.map((object, n) => withIdentity(object as RawObject, cluster, n, revision))
  const flux = raw.filter((object) => object['apiVersion'] !== 'v1')
  return assembleSnapshot({
    header: {
      id,
      cluster,
      uid: cluster,
      takenAt: new Date(Date.UTC(2026, 0, 1, 0, revision)).toISOString(),
      engine: VERSION,
      install: { flux: 'v2.9.4', operator: null, kubernetes: 'v1.36.2', controllers: [] },
      schemaSet: null,
      served: [],
      coverage: coverage(raw),
      error: null,
      namespaces: null,
    },
    objects: flux.map((object) => takeObject(object)),
    referenced: raw.filter((object) => object['apiVersion'] === 'v1').map((object) => takeObject(object)),
    states: new Map(),
    selective: false,
    events: null,
    masker: createMasker({ key, secrets: 'equality' }),
    known: null,
  })
}

function withIdentity(object: RawObject, cluster: string, n: number, revision: number): RawObject {
  const metadata = {
    ...(object['metadata'] as object),
    uid: `${cluster}-${n}`,
    resourceVersion: String(revision * 1_000_000 + n),
  }
  return { ...object, metadata }
}

function coverage(objects: readonly RawObject[]): Snapshot['coverage'] {
  const kinds = new Map(objects.map((object) => [object['kind'] as string, object['apiVersion'] as string]))
  return [...kinds].map(([kind, apiVersion]) => {
    const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion]
    const scope = {
      namespace: null,
      verb: 'list' as const,
      status: 'complete' as const,
      reason: null,
      resourceVersion: '1',
    }
    return { group, kind, version, status: 'complete' as const, objects: 0, scopes: [scope] }
  })
}
