import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportContextFor } from '../../src/app/report-context.ts'
import { HEAD, load } from '../config/support.ts'

test('a report is made with the clusters of its comparison, the lowest level of their secrets, and its routes', (t) => {
  const config = load(
    t,
    `${HEAD}  - { name: prod, context: p, labels: { env: production }, secretCompare: presence }
  - { name: other, context: o, secretCompare: "off" }
channels: [{ name: team, slack: { urlFrom: { env: HOOK } } }]
owners: [{ owner: team-shop, namespaces: ["shop-*"] }]
server: { publicUrl: https://flux.example.com/x/ }
comparisons:
  - { name: a, baseline: staging, targets: [prod], notify: [team] }
  - { name: b, targets: [prod, other] }
`,
    { HOOK: 'https://hooks.example.com/x' },
  )
  const { routes, ...rest } = reportContextFor(config, 'a')!
  assert.deepEqual(rest, {
    name: 'a',
    clusters: [
      { name: 'staging', slug: 'staging', labels: {} },
      { name: 'prod', slug: 'prod', labels: { env: 'production' } },
    ],
    baseUrl: 'https://flux.example.com/x',
    owners: [{ owner: 'team-shop', namespaces: ['shop-*'] }],
    secrets: 'presence',
  })
  assert.deepEqual(
    routes.map(({ channel }) => channel),
    ['team'],
  )
  assert.equal(reportContextFor(config, 'b')!.secrets, 'off')
  assert.equal(reportContextFor(config, 'c'), null)
})
