import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clustersCompared, namedComparison } from '../../src/config/named-comparison.ts'
import { HEAD, load, problemsOf } from './support.ts'

/** Ten lines: four of the head, clusters on lines 4 to 6, channels on 7 and 8, owners on 9 and 10. */
const BASE = `${HEAD}  - { name: prod-eu, context: eu, labels: { env: production } }
  - { name: prod-us, context: us, labels: { env: production } }
channels:
  - { name: team, slack: { urlFrom: { env: HOOK } } }
owners:
  - { owner: team-shop, namespaces: [shop, "shop-*"] }
comparisons:
`
const ENV = { HOOK: 'https://hooks.example.com/x' }
const one = (text: string): string => `${BASE}  - { name: a, ${text} }\n`

test('a comparison of three words has every default', (t) => {
  const config = load(t, one('baseline: staging, targets: [prod-eu]'), ENV)
  assert.deepEqual(config.comparisons, [
    {
      name: 'a',
      baseline: 'staging',
      targets: { by: 'names', names: ['prod-eu'] },
      layers: ['presence', 'spec', 'values', 'substitutions', 'metadata', 'data', 'install'],
      kinds: null,
      namespaces: null,
      selector: null,
      ignore: [],
      maxAgeMs: 0,
      damping: 1,
      schedule: null,
      notify: [],
    },
  ])
  assert.deepEqual(config.owners, [{ owner: 'team-shop', namespaces: ['shop', 'shop-*'] }])
})

test('a schedule has UTC and no jitter unless it says more, and quiet hours are for those of notify without their own', (t) => {
  const text = one(
    'targets: [prod-eu, prod-us], layers: [values, spec], maxAge: 1d12h, schedule: { cron: "0 8 * * 1-5", jitter: 5m }, quietHours: { timeZone: UTC, windows: [{ from: "22:00", to: "07:00", days: [sun] }] }, notify: [team, { channel: team, quietHours: { timeZone: Asia/Kolkata, windows: [{ from: "00:00", to: "24:00", days: [sat] }] } }]',
  )
  const [comparison] = load(t, text, ENV).comparisons
  assert.deepEqual(comparison!.layers, ['spec', 'values'])
  assert.equal(comparison!.maxAgeMs, 129_600_000)
  assert.deepEqual(comparison!.schedule, { cron: '0 8 * * 1-5', timeZone: 'UTC', jitterMs: 300_000 })
  assert.deepEqual(
    comparison!.notify.map(({ quiet }) => quiet),
    [
      { timeZone: 'UTC', windows: [{ days: ['sun'], from: 1320, to: 420 }], exceptFrom: null },
      { timeZone: 'Asia/Kolkata', windows: [{ days: ['sat'], from: 0, to: 1440 }], exceptFrom: null },
    ],
  )
})

test('the clusters of a comparison: the baseline, then the targets as named, or as they are configured', (t) => {
  const text = `${BASE}  - { name: named, baseline: staging, targets: [prod-us, prod-eu] }
  - { name: labelled, baseline: prod-us, targets: { matchLabels: { env: production } } }
`
  const config = load(t, text, ENV)
  const names = (name: string): string[] =>
    clustersCompared(config, namedComparison(config, name)).map((cluster) => cluster.name)
  assert.deepEqual(names('named'), ['staging', 'prod-us', 'prod-eu'])
  assert.deepEqual(names('labelled'), ['prod-us', 'prod-eu'])
  assert.throws(() => namedComparison(config, 'labeled'), {
    code: 'not-found',
    message: 'the configuration has no comparison labeled',
    hint: 'Did you mean labelled?',
  })
})

for (const [what, text, ...problems] of [
  [
    'an unknown baseline',
    'baseline: stagin, targets: [prod-eu]',
    ['stagin,', 'comparisons[0].baseline is no cluster of this file; did you mean staging?'],
  ],
  [
    'an unknown target',
    'baseline: staging, targets: [prod-eu, qa]',
    ['qa]', 'comparisons[0].targets[1] is no cluster of this file; write the name of one of clusters'],
  ],
  [
    'its baseline as a target',
    'baseline: staging, targets: [staging, prod-eu]',
    ['staging, prod', 'comparisons[0].targets[0] is the baseline; name another cluster'],
  ],
  [
    'a target twice',
    'targets: [prod-eu, prod-us, prod-eu]',
    ['prod-eu] }', 'comparisons[0].targets[2] is named twice; remove one'],
  ],
  [
    'one cluster',
    'targets: [prod-eu]',
    ['[prod-eu]', 'comparisons[0].targets leave one cluster alone; a comparison needs two'],
  ],
  [
    'labels of no cluster',
    'baseline: staging, targets: { matchLabels: { env: qa } }',
    ['{ matchLabels', 'comparisons[0].targets match no cluster; write labels that one of clusters has'],
  ],
  [
    'labels of the baseline alone',
    'baseline: prod-eu, targets: { matchLabels: { env: production, region: eu } }',
    ['{ matchLabels', 'comparisons[0].targets match no cluster; write labels that one of clusters has'],
  ],
  [
    'no targets',
    'baseline: staging',
    ['{ name: a', 'comparisons[0].targets must be a list of clusters, or { matchLabels: { LABEL: VALUE } }'],
  ],
  [
    'an unknown channel',
    'targets: [prod-eu, prod-us], notify: [teem]',
    ['teem', 'comparisons[0].notify[0] is no channel of this file; did you mean team?'],
  ],
  [
    'an unknown owner',
    'targets: [prod-eu, prod-us], notify: [{ channel: team, owners: [team-shp] }]',
    ['team-shp', 'comparisons[0].notify[0].owners[0] is no owner of this file; did you mean team-shop?'],
  ],
  [
    'a cron expression of four fields',
    'targets: [prod-eu, prod-us], schedule: { cron: "0 8 * *" }',
    [
      '"0 8',
      'comparisons[0].schedule.cron is no cron expression: write minute, hour, day, month and weekday (seconds may stand before them), such as 0 8 * * 1-5',
    ],
  ],
  [
    'an hour that there is not',
    'targets: [prod-eu, prod-us], schedule: { cron: "0 24 * * *" }',
    [
      '"0 24',
      'comparisons[0].schedule.cron is no cron expression: write minute, hour, day, month and weekday (seconds may stand before them), such as 0 8 * * 1-5',
    ],
  ],
  [
    'a date that never comes',
    'targets: [prod-eu, prod-us], schedule: { cron: "0 8 30 2 *" }',
    ['"0 8', 'comparisons[0].schedule.cron names a day that there never is'],
  ],
  [
    'an unknown zone',
    'targets: [prod-eu, prod-us], schedule: { cron: "0 8 * * *", timeZone: Europe/Berln }',
    ['Europe/Berln', 'comparisons[0].schedule.timeZone is no time zone; write an IANA name, such as Europe/Berlin'],
  ],
  [
    'a jitter of a day',
    'targets: [prod-eu, prod-us], schedule: { cron: "0 8 * * *", jitter: 1d }',
    ['1d', 'comparisons[0].schedule.jitter must be at most 1h'],
  ],
  [
    'quiet hours without a zone',
    'targets: [prod-eu, prod-us], quietHours: { windows: [{ from: "22:00", to: "7:00" }] }',
    ['{ windows', 'comparisons[0].quietHours.timeZone is missing; it must be a text, such as Europe/Berlin'],
    ['"7:00"', 'comparisons[0].quietHours.windows[0].to must be a time of day, such as 22:00'],
  ],
  [
    'an unknown kind',
    'targets: [prod-eu, prod-us], kinds: [HelmReleas, hr]',
    ['HelmReleas,', 'comparisons[0].kinds[0] is not a Flux kind; did you mean HelmRelease?'],
  ],
  [
    'an unknown layer',
    'targets: [prod-eu, prod-us], layers: [valus]',
    [
      'valus',
      'comparisons[0].layers[0] must be one of presence, spec, values, substitutions, metadata, data, install, status, events; did you mean values?',
    ],
  ],
  [
    'an unknown key',
    'targets: [prod-eu, prod-us], shedule: {}',
    ['shedule', 'comparisons[0].shedule is not a known key; did you mean schedule?'],
  ],
] as const) {
  test(`a comparison with ${what} is refused with its place`, (t) => {
    const line = one(text).split('\n')[11]!
    const rows = problems.map(([mark, problem]) => `12:${line.indexOf(mark) + 1} ${problem}`)
    assert.deepEqual(problemsOf(t, one(text), ENV), rows)
  })
}

test('two comparisons of one name, and an owner of nothing, are refused', (t) => {
  const text = `${one('targets: [prod-eu, prod-us]')}  - { name: a, targets: [prod-eu, staging] }\n`.replace(
    'namespaces: [shop, "shop-*"]',
    'namespaces: ["*"]',
  )
  assert.deepEqual(problemsOf(t, text, ENV), [
    '10:38 owners[0].namespaces[0] must be the name of a namespace, or its beginning and *',
    '13:13 comparisons[1].name is that of comparisons[0] too; give each its own',
  ])
})

test('a channel that is used and whose variable is not set is told with its line', (t) => {
  assert.deepEqual(problemsOf(t, one('targets: [prod-eu, prod-us], notify: [team]'), {}), [
    '8:44 channels[0].slack.urlFrom.env names the environment variable HOOK, which is not set; set it, or write file: PATH',
  ])
})
