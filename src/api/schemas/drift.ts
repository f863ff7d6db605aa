import { z } from '@hono/zod-openapi'
import { LAYERS } from '../../model/comparison.ts'
import { DRIFT_EVENTS, DRIFT_STATES, RESOLUTIONS } from '../../service/ledger/ledger.ts'
import type { ToldDrift, ToldEvent } from '../../service/ledger/told-drift.ts'
import { API_VERSION, JSON_VALUE, listOf, NAME, orNull, REF, TIME, WORDS } from './common.ts'
import { CHANGE, perCluster, SEVERITY } from './comparison.ts'

export const DRIFT_STATE = z.enum(DRIFT_STATES).openapi('DriftState')
const RESOLUTION = z.enum(RESOLUTIONS).openapi('DriftResolution')
const TEXTS = perCluster(z.string())

const ITEM = z.object({
  ref: orNull(REF),
  layer: z.enum([...LAYERS, 'finding']),
  path: z.string().meta({ description: 'Of the difference (empty: presence), or the code of the finding' }),
  message: z.string().nullable(),
  clusters: z.array(NAME),
  among: z.array(NAME).meta({ description: 'Clusters that have the object' }),
  within: z.string().nullable().meta({ description: 'Path of the outermost part on one side only that it is in' }),
  changes: perCluster(CHANGE),
  values: perCluster(JSON_VALUE).meta({ description: 'As last seen, masked; long texts are cut' }),
  unknown: TEXTS,
  usedBy: z.array(REF),
  cause: z.string().nullable(),
})

const SINCE = z
  .object({
    at: TIME,
    comparison: z.string(),
    snapshots: TEXTS,
    before: orNull(TEXTS).meta({
      description: 'The snapshots before, in which it was not there; null: it may be older',
    }),
    revisions: TEXTS.meta({ description: 'What was applied there at that time, where it is known' }),
  })
  .meta({ description: 'Where its present (or last) appearance began' })

const ENTRY = {
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Drift'),
  id: z.string(),
  definition: z.object({
    id: z.string(),
    name: z.string().nullable(),
    baseline: NAME.nullable(),
    targets: z.array(NAME),
  }),
  fingerprint: z.string(),
  state: DRIFT_STATE,
  severity: SEVERITY,
  item: ITEM,
  firstSeen: TIME,
  lastSeen: TIME,
  resolvedAt: TIME.nullable(),
  resolution: orNull(RESOLUTION),
  appearances: z.int(),
  sightings: z.int(),
  since: SINCE,
  frozenSince: TIME.nullable().meta({ description: 'Since when nobody can say whether it is still there' }),
  acknowledged: orNull(z.object({ by: z.string(), at: TIME, reason: z.string(), owner: z.string().nullable() })),
  muted: orNull(z.object({ by: z.string(), at: TIME, until: TIME, reason: z.string().nullable() })),
}

export const DRIFT_ENTRY: z.ZodType<ToldDrift> = z
  .object(ENTRY)
  .meta({ description: 'One difference or finding over time: docs/drift.md' })
  .openapi('DriftEntry')

export const DRIFT_LIST = listOf('DriftList', DRIFT_ENTRY)

const EVENT: z.ZodType<ToldEvent> = z
  .object({
    kind: z.enum(DRIFT_EVENTS),
    at: TIME,
    severity: SEVERITY,
    previousSeverity: orNull(SEVERITY),
    comparison: z.string().nullable(),
    snapshots: TEXTS,
    revisions: TEXTS,
    resolution: orNull(RESOLUTION),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    owner: z.string().nullable(),
    until: TIME.nullable(),
  })
  .openapi('DriftEvent')

export const DRIFT_VIEW: z.ZodType = z
  .object({ ...ENTRY, timeline: z.array(EVENT) })
  .meta({ description: 'The entry with what happened to it, oldest first' })
  .openapi('DriftWithTimeline')

export const ACKNOWLEDGE_BODY = z
  .strictObject({
    reason: WORDS.meta({ description: 'Why it is known and left as it is.' }),
    owner: WORDS.nullable().default(null).meta({ description: 'Whom to ask about it.' }),
  })
  .openapi('AcknowledgeDrift')

export const MUTE_BODY = z
  .strictObject({
    until: z.iso
      .datetime({ offset: true })
      .max(64)
      .meta({ description: 'A time to come, in RFC 3339.', examples: ['2026-12-01T00:00:00Z'] }),
    reason: WORDS.nullable().default(null).meta({ description: 'Why nobody is to be told of it.' }),
  })
  .openapi('MuteDrift')
