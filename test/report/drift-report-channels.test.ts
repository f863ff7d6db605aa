import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { alertmanagerPayload, validateAlerts } from '../../src/report/drift-report-alertmanager.ts'
import { discordPayload } from '../../src/report/drift-report-discord.ts'
import { SLACK_BUDGET, slackPayload, type SlackBlock } from '../../src/report/drift-report-slack.ts'
import { teamsPayload } from '../../src/report/drift-report-teams.ts'
import { WEBHOOK_BUDGET, webhookPayload } from '../../src/report/drift-report-webhook.ts'
import { validateDiscordPayload } from '../../src/report/validate-discord.ts'
import { validateSlackPayload } from '../../src/report/validate-slack.ts'
import { validateTeamsPayload } from '../../src/report/validate-teams.ts'
import { driftReport, everyday, HOSTILE_NAMES, item, ongoing, reportOf } from './sample-drift-report.ts'

const DAY_MS = 86_400_000

function textsOf(blocks: readonly SlackBlock[]): string[] {
  return blocks.flatMap((block) =>
    block.type === 'context' ? block.elements.map(({ text }) => text) : [block.text.text],
  )
}

/** Lines of items, each with how many it tells of (`12 HelmRelease`), and what lines of the form `+37 more` say is left out. */
function counted(text: string): number {
  const left = [...text.matchAll(/\+(\d+) more/g)].reduce((sum, [, number]) => sum + Number(number), 0)
  const lines = text.matchAll(/(?:^|\n)(?:• |- )?\*+(?:critical|high|medium|low)\*+ (?:`(\d+) HelmRelease`)?/g)
  return [...lines].reduce((sum, [, several]) => sum + Number(several ?? 1), left)
}

test('Slack: the everyday report', () => {
  const { text, blocks } = slackPayload(everyday())
  const line = 'production vs staging: 3 new, 1 resolved, 12 ongoing (2 high); not fully compared: production'
  assert.equal(text, `[medium] ${line}`)
  assert.deepEqual(textsOf(blocks), [
    line,
    [
      '*New (3)*',
      '• *medium* `HelmRelease/apps/podinfo` `spec.values.password` `(secret A)` (staging) → `(secret B)` (production)',
      '• *medium* `Kustomization/shop/frontend` missing in production',
      '• *low* `HelmRelease/apps/podinfo` `spec.values.replicas` `1` (staging) → `2` (production), production at `main@sha1:01234567`',
    ].join('\n'),
    [
      '*Resolved (1)*',
      '• *medium* `HelmRelease/apps/podinfo` `spec.interval` `1m` (staging) → `10m` (production), since 2026-11-20',
    ].join('\n'),
    [
      '*Ongoing:* 12 ongoing: 2 high, 7 medium, 3 low',
      '*Not compared:* production: ImagePolicy could not be read (forbidden)',
      '*Set aside:* acknowledged 3, muted 1, hidden by rules 4, parametric 9',
      '*Age of the snapshots:* staging 5 min, production 3 h',
    ].join('\n'),
    '`prod-vs-staging` at 2026-11-21T08:00:00Z · <https://flux-compare.example.com/api/v1/comparisons/run_9?format=html|the whole comparison>',
  ])
})

for (const count of [0, 1, 37, 5_000]) {
  for (const [what, names] of [
    ['ordinary', ['apps', 'podinfo', 'staging', 'production']],
    ['hostile', HOSTILE_NAMES],
  ] as const) {
    const report = reportOf(count, names)

    test(`Slack takes ${count} new and resolved items with ${what} names, and all are counted`, () => {
      const payload = slackPayload(report)
      assert.deepEqual(validateSlackPayload(payload), [])
      assert.ok(JSON.stringify(payload.blocks).length <= SLACK_BUDGET)
      const sections = payload.blocks.flatMap((block) => (block.type === 'section' ? [block.text.text] : []))
      assert.equal(counted(sections.join('\n')), 2 * count)
      if (count === 5_000) assert.match(sections.join('\n'), /\+49\d\d more/)
      assert.ok(count === 0 || payload.text.startsWith('[critical] '))
    })

    test(`Discord takes ${count} new and resolved items with ${what} names, and all are counted`, () => {
      const payload = discordPayload(report)
      assert.deepEqual(validateDiscordPayload(payload), [])
      assert.equal(counted(payload.embeds[0].description.split(/\*\*(?:Ongoing|Not compared):/)[0]!), 2 * count)
    })

    test(`Teams takes ${count} new and resolved items with ${what} names, and all are counted`, () => {
      const payload = teamsPayload(report)
      assert.deepEqual(validateTeamsPayload(payload), [])
      const rows = payload.attachments[0].content.body.map(({ inlines }) => inlines.map(({ text }) => text).join(''))
      const shown = rows
        .flatMap((row) => [...row.matchAll(/^(?:critical|high|medium|low) (?:(\d+) HelmRelease )?/g)])
        .reduce((sum, [, several]) => sum + Number(several ?? 1), 0)
      const left = rows.flatMap((row) => /^\+(\d+) more$/.exec(row)?.[1] ?? [])
      assert.equal(
        left.reduce((sum, number) => sum + Number(number), shown),
        2 * count,
      )
    })

    test(`a webhook of ${count} items with ${what} names says what it leaves out`, () => {
      const payload = webhookPayload(report)
      assert.ok(JSON.stringify(payload).length <= WEBHOOK_BUDGET)
      const { items, omitted, counts } = payload.data
      assert.equal(items.fresh.length + omitted.fresh, count)
      assert.equal(counts.resolved, count)
    })

    test(`Alertmanager takes ${count} items with ${what} names`, () => {
      assert.deepEqual(validateAlerts(alertmanagerPayload(report, DAY_MS)), [])
    })
  }
}

test('whatever the names are, Slack, Teams and Discord take the message', () => {
  const name = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.constantFrom(...HOSTILE_NAMES))
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 120 }), (names, count) => {
      const report = reportOf(count, names)
      assert.deepEqual(validateSlackPayload(slackPayload(report)), [])
      assert.deepEqual(validateTeamsPayload(teamsPayload(report)), [])
      assert.deepEqual(validateDiscordPayload(discordPayload(report)), [])
    }),
    { numRuns: 25 },
  )
})

test('the validators see what each service would refuse', () => {
  const slack = slackPayload(everyday())
  const withText = (text: string) => ({ ...slack, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })
  assert.deepEqual(validateSlackPayload(withText('hi <!channel>')), ['blocks[0]: holds a mention or link'])
  assert.deepEqual(validateSlackPayload(withText('a & b')), ['blocks[0]: holds an unescaped &'])
  assert.deepEqual(validateSlackPayload(withText('\u202e')), ['blocks[0]: holds an invisible character'])
  assert.deepEqual(validateSlackPayload(withText('x'.repeat(3_001))), ['blocks[0]: 3001 characters, more than 3000'])
  assert.deepEqual(validateSlackPayload({ ...slack, blocks: [] }), ['blocks: must be 1 to 50'])
  const many = Array.from({ length: 5 }, () => withText('x'.repeat(2_900)).blocks[0])
  assert.deepEqual(validateSlackPayload({ ...slack, blocks: many }), ['blocks: more than 13,000 characters in all'])
  const discord = discordPayload(everyday())
  assert.deepEqual(validateDiscordPayload({ ...discord, content: 'x'.repeat(2_001) }), [
    'content: 2001 characters, more than 2000',
  ])
  assert.deepEqual(validateDiscordPayload({ ...discord, allowed_mentions: {} }), [
    'allowed_mentions: somebody could be notified',
  ])
  const teams = teamsPayload(everyday())
  assert.deepEqual(validateTeamsPayload({ ...teams, summary: 'x'.repeat(30_000) }).length, 1)
})

test('a webhook never tells the fingerprint of a secret', () => {
  const payload = webhookPayload(everyday())
  assert.deepEqual(payload.data.items.fresh[0]!.values, { staging: '(secret A)', production: '(secret B)' })
  for (const text of [payload, slackPayload(everyday()), teamsPayload(everyday()), discordPayload(everyday())]) {
    assert.doesNotMatch(JSON.stringify(text), /hmac:/)
  }
})

test('Alertmanager: one alert a severity, namespace and set of clusters; what is resolved ends', () => {
  const report = driftReport({
    fresh: [item({ severity: 'high' }), item({ severity: 'high', path: 'spec.chart', fingerprint: 'f2' })],
    worsened: [item({ severity: 'critical', previousSeverity: 'low', fingerprint: 'f3' })],
    resolved: [item({ fingerprint: 'f4', ref: { group: 'g', kind: 'K', namespace: 'shop', name: 'x' } })],
    ongoing: [ongoing('medium', 4, { owner: 'team-a' })],
    notCompared: [{ cluster: 'edge', kinds: [], reason: 'cluster-timeout', fresh: true }],
    comparedAgain: ['west'],
  })
  const end = '2026-11-21T08:00:00.000Z'
  const later = '2026-11-22T08:00:00.000Z'
  const rows = alertmanagerPayload(report, DAY_MS).map(({ labels, endsAt }) => [
    labels['alertname'],
    labels['severity'],
    labels['namespace'] ?? labels['cluster'],
    endsAt,
  ])
  assert.deepEqual(rows, [
    ['FluxDrift', 'medium', 'apps', later],
    ['FluxDrift', 'high', 'apps', later],
    ['FluxDrift', 'critical', 'apps', later],
    ['FluxDrift', 'low', 'apps', end],
    ['FluxDrift', 'medium', 'shop', end],
    ['FluxClusterNotCompared', 'high', 'edge', later],
    ['FluxClusterNotCompared', 'high', 'west', end],
  ])
})

test('Alertmanager: a cluster that is back but for a kind is not said to be all right', () => {
  const kind = { cluster: 'edge', kinds: ['Alert'], reason: 'forbidden', fresh: false }
  const report = driftReport({ notCompared: [kind], comparedAgain: ['edge'] })
  const rows = alertmanagerPayload(report, DAY_MS).map(({ labels, endsAt }) => [labels['cluster'], endsAt])
  assert.deepEqual(rows, [['edge', '2026-11-22T08:00:00.000Z']])
})
