import { assembleSnapshot } from '../../src/clusters/assemble-snapshot.ts'
import { takeObject } from '../../src/clusters/take-object.ts'
import type { Masker } from '../../src/flux/mask-object.ts'
import type { RawObject, StatusBody } from '../../src/model/snapshot.ts'
import { toSnapshotDocument, type SnapshotDocument } from '../../src/model/snapshot-document.ts'

/** A masker that masks nothing: what every surface would show if masking were forgotten. For the control of the canary test only. */
const NO_MASK: Masker = {
  id: 'none',
  fingerprint: () => 'none',
  learn: () => {},
  secretSet: () => 'none',
  maskBody: (body) => body as StatusBody,
  maskStatus: (status) => status as StatusBody,
  maskSecretBody: (body) => body as StatusBody,
  scrubLabels: (labels) => ({ ...labels }),
  scrubText: (text) => text,
}

/** The exported form of a snapshot of these objects, made by our own collector code without a mask. */
export function unmaskedSnapshot(objects: readonly object[]): SnapshotDocument {
  const raw = objects as readonly RawObject[]
  const flux = raw.filter((object) => object['apiVersion'] !== 'v1')
  const data = raw.filter((object) => object['apiVersion'] === 'v1' && object['kind'] !== 'Event')
  const snapshot = assembleSnapshot({
    header: {
      id: 'snap_unmasked',
      cluster: 'unmasked',
      uid: null,
      takenAt: '2026-11-21T07:00:00Z',
      engine: 'test',
      install: { flux: null, operator: null, kubernetes: null, controllers: [] },
      schemaSet: null,
      served: [],
      coverage: [],
      error: null,
      namespaces: null,
    },
    objects: flux.map((object) => takeObject(object)),
    referenced: data.map((object) => takeObject(object)),
    states: new Map(),
    selective: false,
    events: null,
    masker: NO_MASK,
    known: null,
  })
  return toSnapshotDocument(snapshot)
}
