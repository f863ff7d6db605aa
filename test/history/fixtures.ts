import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { openHistory } from '../../src/history/open.ts'
import { openServiceHistory, type ServiceHistory } from '../../src/history/service-history.ts'
import { canonicalJson, type Json, type JsonObject } from '../../src/model/json.ts'
import type { Digest, ObjectBody, Snapshot, SnapshotEntry } from '../../src/model/snapshot.ts'
import type { History } from '../../src/service/ports.ts'

export const MIGRATIONS = resolve('migrations')

/** A folder that is removed when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-history-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function open(path: string, engine = '1.0.0'): History {
  return openHistory({ path, migrations: MIGRATIONS, engine })
}

export function historyIn(t: TestContext, engine?: string): { history: History; path: string; folder: string } {
  const folder = temporaryFolder(t)
  const path = join(folder, 'state', 'history.db')
  const history = open(path, engine)
  t.after(() => history.close())
  return { history, path, folder }
}

export function serviceIn(t: TestContext): { history: ServiceHistory; path: string; folder: string } {
  const folder = temporaryFolder(t)
  const path = join(folder, 'history.db')
  const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => history.close())
  return { history, path, folder }
}

export function digestOf(value: Json): Digest {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
}

export type ObjectSketch = {
  readonly name: string
  readonly body?: JsonObject
  readonly status?: JsonObject
  readonly resourceVersion?: string
  readonly namespace?: string
}

/** A snapshot of Kustomizations; `asked` collects the digests whose bodies were asked for. */
export function snapshotOf(
  id: string,
  sketches: readonly ObjectSketch[],
  header: Partial<Snapshot> = {},
): { snapshot: Snapshot; asked: Digest[] } {
  const bodies = new Map<Digest, JsonObject>()
  const asked: Digest[] = []
  const keep = (body: JsonObject): Digest => {
    const digest = digestOf(body)
    bodies.set(digest, body)
    return digest
  }
  const entries = sketches.map((sketch): SnapshotEntry => {
    const { name, body = { spec: { name } }, status, resourceVersion = '1', namespace = 'apps' } = sketch
    return {
      ref: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace, name },
      version: 'v1',
      uid: `uid-${namespace}-${name}`,
      resourceVersion,
      digest: keep(body),
      statusDigest: status ? keep(status) : null,
      labels: { app: name },
      limit: null,
    }
  })
  const snapshot: Snapshot = {
    ...HEADER,
    id,
    entries,
    references: [],
    events: null,
    body: (digest) => {
      asked.push(digest)
      const body = bodies.get(digest)
      if (!body) throw new Error(`no body ${digest}`)
      return body as ObjectBody
    },
    ...header,
  }
  return { snapshot, asked }
}

const HEADER = {
  cluster: 'production',
  uid: '6f0c0f5c-2b6f-4c3a-9e61-7f5f4be6ad0f',
  takenAt: '2026-11-21T07:00:00Z',
  engine: '1.0.0',
  mask: '1:k:equality',
  secretSet: 'set',
  schemaSet: 'schemas',
  install: { flux: 'v2.9.4', operator: null, kubernetes: 'v1.36.2', controllers: [] },
  served: [],
  coverage: [
    {
      group: 'kustomize.toolkit.fluxcd.io',
      kind: 'Kustomization',
      version: 'v1',
      status: 'complete',
      objects: 1,
      scopes: [{ namespace: null, verb: 'list', status: 'complete', reason: null, resourceVersion: '4711' }],
    },
  ],
  error: null,
  namespaces: null,
} as const satisfies Partial<Snapshot>

/** All of a snapshot as data, bodies included: what must come back as it was. */
export function plain(snapshot: Snapshot): JsonObject {
  const { body, ...rest } = snapshot
  const bodies = snapshot.entries.map((entry) => ({
    desired: body(entry.digest),
    status: entry.statusDigest === null ? null : body(entry.statusDigest),
  }))
  return JSON.parse(JSON.stringify({ ...rest, bodies })) as JsonObject
}
