import { z } from '@hono/zod-openapi'
import { LAYERS } from '../../model/comparison.ts'
import { UNCOUNTED, type DriftItem, type DriftReport, type OngoingTally } from '../../model/drift-report.ts'
import { SEND_REASONS, type SendReason } from '../../service/notifier.ts'
import { DELIVERY_STATES } from '../../service/reports/report-store.ts'
import { API_VERSION, JSON_VALUE, listOf, NAME, orNull, REF, TIME } from './common.ts'
import { CHANGE, perCluster, SEVERITY, VERDICT } from './comparison.ts'

const NAMES = z.array(NAME)
const TEXTS = perCluster(z.string())
const COUNT = z.int()

const ITEM: z.ZodType<DriftItem> = z
  .object({
    fingerprint: z.string(),
    ref: orNull(REF),
    layer: z.enum([...LAYERS, 'finding']),
    path: z.string().meta({ description: 'Of the difference (empty: presence), or the code of the finding' }),
    message: z.string().nullable(),
    severity: SEVERITY,
    previousSeverity: orNull(SEVERITY),
    clusters: NAMES,
    among: NAMES.meta({ description: 'Clusters that have the object' }),
    within: z.string().nullable().meta({ description: 'Path of the outermost part on one side only that it is in' }),
    changes: perCluster(CHANGE),
    values: perCluster(JSON_VALUE),
    unknown: TEXTS,
    firstSeen: TIME,
    revisions: TEXTS,
    usedBy: z.array(REF),
    cause: z.string().nullable(),
    owner: z.string().nullable(),
    uncounted: z
      .enum(UNCOUNTED)
      .optional()
      .meta({ description: 'Of a resolved one that may still be there: why it counts no more' }),
  })
  .openapi('DriftReportItem')

const ONGOING: z.ZodType<OngoingTally> = z.object({
  severity: SEVERITY,
  namespace: z.string(),
  clusters: NAMES,
  owner: z.string().nullable(),
  count: COUNT,
})

export const DRIFT_REPORT: z.ZodType<DriftReport> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('DriftReport'),
    id: z.string(),
    name: z.string(),
    at: TIME,
    previous: z.string().nullable(),
    comparison: z.string(),
    link: z.string().nullable(),
    baseline: NAME.nullable(),
    targets: NAMES,
    clusters: z.array(
      z.object({
        name: NAME,
        slug: z.string(),
        labels: z.record(z.string(), z.string()),
        snapshot: z.string(),
        takenAt: TIME,
      }),
    ),
    verdict: VERDICT,
    fresh: z.array(ITEM),
    worsened: z.array(ITEM),
    reopened: z.array(ITEM),
    resolved: z.array(ITEM),
    ongoing: z.array(ONGOING),
    notCompared: z.array(
      z.object({ cluster: NAME, kinds: z.array(z.string()), reason: z.string(), fresh: z.boolean() }),
    ),
    comparedAgain: NAMES,
    aside: z.object({
      acknowledged: COUNT,
      muted: COUNT,
      settling: COUNT,
      hiddenByRules: COUNT,
      expected: COUNT,
      parametric: COUNT,
    }),
  })
  .meta({ description: 'What has changed since the report before: docs/notifications.md' })
  .openapi('DriftReport')

export const REPORT_LIST = listOf(
  'DriftReportList',
  z
    .object({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal('DriftReportSummary'),
      id: z.string(),
      name: z.string().meta({ description: 'Of the comparison definition' }),
      at: TIME,
      comparison: z.string(),
      previous: z.string().nullable(),
      baseline: NAME.nullable(),
      targets: NAMES,
      verdict: VERDICT,
      news: z.boolean().meta({ description: 'Whether it says something that the one before did not' }),
      severity: orNull(SEVERITY),
      counts: z.object({ fresh: COUNT, worsened: COUNT, reopened: COUNT, resolved: COUNT, ongoing: COUNT }),
      secrets: z.enum(['equality', 'presence']),
    })
    .openapi('DriftReportSummary'),
)

const REASON = z
  .enum(Object.keys(SEND_REASONS) as [SendReason, ...SendReason[]])
  .meta({
    description: `Why it was not taken. ${Object.entries(SEND_REASONS)
      .map(([reason, words]) => `\`${reason}\`: the channel ${words}.`)
      .join(' ')}`,
  })
  .openapi('SendReason')

export const MESSAGES = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('DriftReportMessages'),
    report: z.string(),
    items: z.array(
      z.object({
        id: z.string(),
        channel: z.string(),
        type: z.string().meta({ description: 'Of the channel', examples: ['slack'] }),
        part: z.string().meta({ description: 'The cluster, namespace or owner where messages are grouped by one' }),
        news: z.boolean().meta({ description: 'Without news only `when: always` sends it' }),
        payload: JSON_VALUE.meta({ description: 'What is sent; of a comment its Markdown' }),
        problems: z.array(z.string()).meta({ description: 'What its service would refuse' }),
      }),
    ),
  })
  .openapi('DriftReportMessages')

export const DELIVERY_STATE = z.enum(DELIVERY_STATES).openapi('DeliveryState')

export const DELIVERY_LIST = listOf(
  'DeliveryList',
  z
    .object({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal('Delivery'),
      id: z.string().meta({ description: 'The same at every attempt' }),
      report: z.string(),
      name: z.string().meta({ description: 'Of the comparison definition' }),
      channel: z.string(),
      part: z.string(),
      why: z.enum(['change', 'always', 'reminder']),
      state: DELIVERY_STATE,
      attempts: COUNT,
      createdAt: TIME,
      firstTriedAt: TIME.nullable(),
      nextAt: TIME.nullable(),
      finishedAt: TIME.nullable(),
      reason: orNull(REASON),
    })
    .openapi('Delivery'),
)

export const CHANNEL = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Channel'),
    name: z.string(),
    type: z.string().meta({ examples: ['slack'] }),
    state: z.enum(['enabled', 'disabled']),
    since: TIME.nullable(),
    reason: orNull(REASON),
  })
  .openapi('Channel')

export const CHANNEL_LIST = listOf('ChannelList', CHANNEL)
