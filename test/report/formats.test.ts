import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { renderComparison } from '../../src/report/render.ts'
import { toYaml } from '../../src/report/yaml.ts'
import { comparison, difference, drift, finding, missing, ref } from './sample-comparison.ts'

const options = { width: 100, color: false, explain: false, maxObjects: null }
const hostile = '</script><img src=x onerror=alert(1)> @team `x` | ]]> \u0000'
const sample = comparison(
  [
    drift(ref('HelmRelease', 'apps', 'shop'), [
      difference({
        path: 'spec.suspend',
        severity: 'high',
        values: { production: true },
        changes: { production: 'added' },
        pointers: { production: '/spec/suspend' },
      }),
    ]),
    missing(ref('Kustomization', 'apps', hostile)),
  ],
  { findings: [finding({ code: 'coverage-forbidden', message: hostile })] },
)

test('json and yaml are the same document', () => {
  const json = renderComparison(sample, 'json', options)
  assert.deepEqual(JSON.parse(json), sample)
  assert.deepEqual(parse(renderComparison(sample, 'yaml', options), { version: '1.1' }), sample)
})

test('name prints one object a line', () => {
  const [first] = renderComparison(sample, 'name', options).split('\n')
  assert.equal(first, 'HelmRelease/apps/shop')
})

test('markdown neither mentions nor renders what a cluster says', () => {
  const output = renderComparison(sample, 'markdown', options)
  assert.match(output, /^### flux-compare: drifted\n/)
  assert.match(output, /<summary><b>high<\/b> <code>HelmRelease\/apps\/shop<\/code> 1 difference<\/summary>/)
  const outsideCode = output.replaceAll(/(`+)[\s\S]*?\1/g, '')
  assert.doesNotMatch(outsideCode, /<img|<\/script|@team/)
})

test('markdown stays short enough to post and says what it left out', () => {
  const drifts = Array.from({ length: 3_000 }, (_, n) =>
    drift(ref('HelmRelease', 'apps', `app-${n}`), [
      difference({
        path: `spec.values.n${n}`,
        values: { staging: n, production: -n - 1 },
        changes: { production: 'changed' },
      }),
    ]),
  )
  const output = renderComparison(comparison(drifts), 'markdown', options)
  assert.ok(output.length <= 65_536, String(output.length))
  assert.match(output, /_\d+ more objects did not fit here\._/)
})

test('markdown shows of long values where they differ', () => {
  const start = 'https://example.com/'.repeat(20)
  const values = { staging: 'none', production: `${start}one`, edge: `${start}two` }
  const changes = { production: 'changed', edge: 'changed' } as const
  const pair = comparison([drift(ref('X', 'a', 'b'), [difference({ path: 'p', values, changes })])])
  const clusters = [...pair.clusters, { ...pair.clusters[0]!, name: 'edge' }]
  const output = renderComparison({ ...pair, clusters }, 'markdown', options)
  assert.match(output, /`none` \(staging\), `…[^`]*\/one` \(production\), `…[^`]*\/two` \(edge\)/)
})

test('html folds the names of many clusters that have the same, markdown counts them', () => {
  const names = Array.from({ length: 9 }, (_, n) => `c<${n}`)
  const values = { staging: 'old', ...Object.fromEntries(names.map((name) => [name, 'new'])) }
  const changes = Object.fromEntries(names.map((name) => [name, 'changed' as const]))
  const pair = comparison([drift(ref('X', 'a', 'b'), [difference({ path: 'p', values, changes })])])
  const clusters = ['staging', ...names].map((name) => ({ ...pair.clusters[0]!, name }))
  const output = renderComparison({ ...pair, clusters }, 'html', options)
  const rest = 'c&lt;3, c&lt;4, c&lt;5, c&lt;6, c&lt;7, c&lt;8'
  assert.ok(output.includes(`<summary>c&lt;0, c&lt;1, c&lt;2 and 6 more</summary>${rest}</details>`))
  assert.ok(output.includes('<div class="names">staging</div>'))
  const told = renderComparison({ ...pair, clusters }, 'markdown', options)
  assert.ok(told.includes('`new` (c&lt;0, c&lt;1, c&lt;2 and 6 more)'), told)
})

test('html holds no script, and foreign text only escaped', () => {
  const output = renderComparison(sample, 'html', options)
  assert.match(output, /^<!doctype html>/)
  assert.doesNotMatch(output, /<script|<img|onerror=alert\(1\)>/)
  assert.match(output, /&lt;img src=x/)
  assert.match(output, /default-src 'none'/)
})

test('junit counts failed objects and unread kinds, and is legal XML', () => {
  const output = renderComparison(sample, 'junit', options)
  assert.match(output, /<testsuites name="flux-compare" tests="4" failures="2" errors="1">/)
  assert.ok(!output.includes('\u0000') && !output.includes('<img'))
  assert.match(output, /<testcase classname="flux-compare\.HelmRelease" name="HelmRelease\/apps\/shop"><failure /)
})

test('yaml comes back whatever reads it', () => {
  const texts = [
    '0o17',
    '0b1',
    '-0o7',
    'a\u0085b',
    '\u2028x',
    '\ufeff',
    'yes',
    'no',
    '1_000',
    '12:30:00',
    '=',
    '<<',
    '~',
    ' lead',
    '# x',
    '2026-11-21',
    '',
  ]
  for (const version of ['1.1', '1.2'] as const) {
    assert.deepEqual(parse(toYaml({ texts, [texts[0]!]: 1 }), { version, merge: false }), { texts, [texts[0]!]: 1 })
  }
})
