import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namedComparisons } from '../../src/app/named-comparisons.ts'
import { HEAD, load } from '../config/support.ts'

test('a comparison of the configuration asks what a request would ask', (t) => {
  const config = load(
    t,
    `${HEAD}  - { name: prod, context: p, labels: { env: production } }
channels: [{ name: team, slack: { urlFrom: { env: HOOK } } }]
comparisons:
  - { name: a, baseline: staging, targets: [prod], notify: [team, { channel: team, severity: high }] }
  - name: b
    baseline: staging
    targets: { matchLabels: { env: production } }
    kinds: [hr]
    namespaces: [shop]
    selector: team=shop
    layers: [spec]
    ignore: [/spec/interval]
    maxAge: 10m
    damping: 2
    schedule: { cron: "0 8 * * *", timeZone: Europe/Berlin, jitter: 1m }
`,
    { HOOK: 'https://hooks.example.com/x' },
  )
  const [first, second] = namedComparisons(config)
  assert.deepEqual([first?.query.age, first?.schedule, first?.channels], ['fresh', null, ['team']])
  assert.deepEqual(second, {
    name: 'b',
    query: {
      baseline: 'staging',
      targets: [],
      labels: { env: 'production' },
      age: 600_000,
      kinds: ['hr'],
      namespaces: ['shop'],
      selector: 'team=shop',
      resource: null,
      layers: ['spec'],
      ignore: ['/spec/interval'],
      explain: false,
    },
    clusters: ['staging', 'prod'],
    damping: 2,
    schedule: { name: 'b', cron: '0 8 * * *', timeZone: 'Europe/Berlin', jitterMs: 60_000 },
    channels: [],
  })
})
