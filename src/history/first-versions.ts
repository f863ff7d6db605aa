import { refKey, sameRef, type ResourceRef } from '../model/resource-ref.ts'
import type { VersionStep } from '../service/promotion/version-store.ts'
import type { Connection } from './connect.ts'
import type { FirstVersionsRow } from './version-schema.ts'

/** The steps of a bucket: of each object what its first step says, without what all of them share. */
type FirstSteps = readonly FirstStep[]
type FirstStep = readonly [
  group: string,
  kind: string,
  namespace: string,
  name: string,
  version: string | null,
  revision: string | null,
  attempted: string | null,
]

/** The steps that the first snapshot of a cluster shows, where they are too many for a row each. All must run in a transaction. */
export type FirstVersions = {
  /** Of a cluster of which nothing is stored yet. */
  readonly store: (cluster: string, since: string, steps: readonly VersionStep[]) => void
  readonly find: (cluster: string, ref: ResourceRef) => VersionStep | undefined
  readonly all: (cluster: string) => readonly VersionStep[]
  /** Takes objects out, of which rows say that they are gone: when those rows go, nothing must say that they are there. */
  readonly forget: (cluster: string, refs: readonly ResourceRef[]) => void
}

/** Of 5,000 objects about 80 are read to find one. */
const BUCKETS = 64

export function prepareFirstVersions(db: Connection): FirstVersions {
  const insert = db.prepare<FirstVersionsRow>('INSERT INTO first_versions VALUES (@cluster, @bucket, @since, @steps)')
  const update = db.prepare<FirstVersionsRow>(
    'UPDATE first_versions SET steps = @steps WHERE cluster = @cluster AND bucket = @bucket',
  )
  const one = db.prepare<[string, number], FirstVersionsRow>(
    'SELECT * FROM first_versions WHERE cluster = ? AND bucket = ?',
  )
  const ofCluster = db.prepare<[string], FirstVersionsRow>('SELECT * FROM first_versions WHERE cluster = ?')
  return {
    store: (cluster, since, steps) => {
      for (const [bucket, own] of Map.groupBy(steps, ({ ref }) => bucketOf(ref))) {
        insert.run({ cluster, bucket, since, steps: writeSteps(own) })
      }
    },
    find: (cluster, ref) => {
      const row = one.get(cluster, bucketOf(ref))
      const found = row && readSteps(row).find((step) => sameRef(refOf(step), ref))
      return found && stepOf(row, found)
    },
    all: (cluster) => ofCluster.all(cluster).flatMap(firstStepsOf),
    forget: (cluster, refs) => {
      for (const [bucket, gone] of Map.groupBy(refs, bucketOf)) {
        const row = one.get(cluster, bucket)
        if (!row) continue
        const keys = new Set(gone.map(refKey))
        update.run({ ...row, steps: writeSteps(firstStepsOf(row).filter(({ ref }) => !keys.has(refKey(ref)))) })
      }
    },
  }
}

export function firstStepsOf(row: FirstVersionsRow): readonly VersionStep[] {
  return readSteps(row).map((step) => stepOf(row, step))
}

function stepOf({ cluster, since }: FirstVersionsRow, step: FirstStep): VersionStep {
  const [, , , , version, revision, attempted] = step
  return { cluster, ref: refOf(step), version, revision, attempted, since, after: null }
}

function refOf([group, kind, namespace, name]: FirstStep): ResourceRef {
  return { group, kind, namespace, name }
}

function readSteps({ steps }: FirstVersionsRow): FirstSteps {
  return JSON.parse(steps) as FirstSteps
}

function writeSteps(steps: readonly VersionStep[]): string {
  const texts: FirstSteps = steps.map(({ ref, version, revision, attempted }) => {
    const { group, kind, namespace, name } = ref
    return [group, kind, namespace, name, version, revision, attempted]
  })
  return JSON.stringify(texts)
}

/** FNV-1a over the code units of the names. Stored rows rely on it. */
function bucketOf({ kind, namespace, name }: ResourceRef): number {
  let sum = 0x81_1c_9d_c5
  for (const text of [kind, namespace, name]) {
    for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01_00_01_93)
  }
  return (sum >>> 0) % BUCKETS
}
