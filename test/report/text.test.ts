import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison } from '../../src/model/comparison.ts'
import { renderComparison } from '../../src/report/render.ts'
import { comparison, difference, drift, finding, missing, ref } from './sample-comparison.ts'

const options = { width: 100, color: false, explain: false, maxObjects: null }

function text(document: Comparison, part: Partial<typeof options> | { maxObjects: number } = {}): string {
  return renderComparison(document, 'table', { ...options, ...part })
}

test('a pair in sync is told in a few lines', () => {
  assert.equal(
    text(comparison([])),
    `in-sync  production against staging
10 of 10 objects in sync

CLUSTER              FLUX     KUBERNETES   TAKEN                  READ
staging (baseline)   v2.9.4   v1.36.2      2026-11-21T07:00:00Z   10 objects read
production           v2.9.4   v1.36.2      2026-11-21T07:00:00Z   10 objects read
`,
  )
})

test('a short change stands on one line, the most severe object first', () => {
  const low = drift(ref('GitRepository', 'apps', 'shop'), [
    difference({
      path: 'spec.interval',
      severity: 'low',
      values: { staging: '1m', production: '5m' },
      changes: { production: 'changed' },
    }),
  ])
  const high = drift(ref('HelmRelease', 'apps', 'shop'), [
    difference({
      path: 'spec.suspend',
      severity: 'high',
      values: { production: true },
      changes: { production: 'added' },
    }),
  ])
  const lines = text(comparison([low, high])).split('\n')
  const start = lines.indexOf('DIFFERENCES (staging → production)')
  assert.deepEqual(lines.slice(start), [
    'DIFFERENCES (staging → production)',
    'high      HelmRelease/apps/shop',
    '            spec.suspend  (absent) → true',
    'low       GitRepository/apps/shop',
    '            spec.interval  1m → 5m',
    '',
  ])
})

test('leaves of an item on one side are one block', () => {
  const leaf = (path: string, value: string): ReturnType<typeof difference> =>
    difference({ path, within: 'spec.patches[0]', values: { production: value }, changes: { production: 'added' } })
  const output = text(
    comparison([
      drift(ref('Kustomization', 'a', 'b'), [
        leaf('spec.patches[0].patch', 'x'),
        leaf('spec.patches[0].target.kind', 'Role'),
      ]),
    ]),
  )
  assert.match(output, / {12}spec\.patches\[0\] {2}only in production\n {14}\+ patch: x\n {14}\+ target\.kind: Role\n/)
})

test('long texts are shown as the lines that differ', () => {
  const from = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n')
  const to = from.replace('line 15', 'line fifteen')
  const output = text(
    comparison([
      drift(ref('Kustomization', 'a', 'b'), [
        difference({ path: 'spec.x', values: { staging: from, production: to }, changes: { production: 'changed' } }),
      ]),
    ]),
  )
  assert.match(output, /line 14\n\s+- line 15\n\s+\+ line fifteen\n\s+ line 16/)
  assert.doesNotMatch(output, /line 12\b/)
})

test('objects with a cause collapse under it', () => {
  const parent = missing(ref('Kustomization', 'flux-system', 'preview'))
  const cause = {
    code: 'parent-absent' as const,
    ref: parent.ref,
    message: 'because Kustomization/flux-system/preview is absent',
  }
  const children = ['a', 'b', 'c'].map((name) => missing(ref('HelmRelease', 'preview', name), { cause }))
  const output = text(comparison([parent, ...children]), { width: 200 })
  assert.match(
    output,
    /high {6}Kustomization\/flux-system\/preview missing in production, and 3 objects because of it: 3 HelmRelease\n/,
  )
  assert.doesNotMatch(output, /preview\/a/)
})

test('the same change in many objects is told once', () => {
  const drifts = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    drift(ref('Kustomization', 'apps', name), [
      difference({
        path: 'spec.interval',
        severity: 'low',
        values: { staging: '1m', production: '5m' },
        changes: { production: 'changed' },
      }),
    ]),
  )
  const output = text(comparison(drifts))
  assert.match(output, /low {7}spec\.interval {2}1m → 5m\n {12}5 Kustomization: apps\/a, apps\/b, apps\/c and 2 more\n/)
  assert.doesNotMatch(output, /DIFFERENCES/)
})

test('with a limit, the rest is counted and never more severe than what is shown', () => {
  const drifts = Array.from({ length: 30 }, (_, n) =>
    drift(ref('HelmRelease', 'apps', `app-${n}`), [
      difference({
        path: `spec.values.n${n}`,
        severity: n === 29 ? 'critical' : 'low',
        values: { staging: n, production: -n - 1 },
        changes: { production: 'changed' },
      }),
    ]),
  )
  const output = text(comparison(drifts), { maxObjects: 10 })
  assert.match(output, /DIFFERENCES[^\n]*\ncritical {2}HelmRelease\/apps\/app-29\n/)
  assert.match(output, /and 20 differences in 20 more objects, none of them more severe: -o wide shows all/)
})

test('more than two clusters are told by name, those alike together', () => {
  const three = comparison(
    [
      drift(ref('HelmRelease', 'a', 'b'), [
        difference({
          path: 'spec.interval',
          values: { staging: '1m', production: '1m', edge: '9m' },
          changes: { edge: 'changed' },
        }),
      ]),
    ],
    {},
  )
  const document = { ...three, clusters: [...three.clusters, { ...three.clusters[0]!, name: 'edge' }] }
  assert.match(text(document), /spec\.interval\n {14}staging, production {2}1m\n {14}edge {17}9m\n/)
})

test('secrets show their class, never their fingerprint', () => {
  const output = text(
    comparison([
      drift(ref('Secret', 'a', 'b'), [
        difference({
          layer: 'data',
          path: 'password',
          values: { staging: { masked: 'hmac:k:AAAA' }, production: { masked: 'hmac:k:BBBB' } },
          changes: { production: 'changed' },
        }),
      ]),
    ]),
  )
  assert.match(output, /password {2}\(secret A\) → \(secret B\)/)
  assert.doesNotMatch(output, /AAAA|BBBB|hmac/)
})

test('a text that looks like another type is quoted', () => {
  const output = text(
    comparison([
      drift(ref('X', 'a', 'b'), [
        difference({ path: 'p', values: { staging: true, production: 'true' }, changes: { production: 'changed' } }),
      ]),
    ]),
  )
  assert.match(output, /p {2}true → "true"/)
})

test('control and bidirectional characters of a cluster cannot reach the terminal', () => {
  const hostile = '\u001b[2Jx\u202ey\u0007\r'
  const output = text(
    comparison(
      [
        drift(ref('X', 'a', hostile), [
          difference({
            path: hostile,
            values: { staging: hostile, production: 'z' },
            changes: { production: 'changed' },
          }),
        ]),
      ],
      {
        findings: [finding({ message: hostile, hint: hostile, severity: 'high' })],
      },
    ),
  )
  for (const sign of ['\u001b', '\u0007', '\r', '\u202e']) assert.ok(!output.includes(sign))
  assert.match(output, /\\u\{1b\}\[2Jx\\u\{202e\}y\\u\{7\}/)
})

test('findings come before differences, with their hint when they are severe', () => {
  const output = text(
    comparison([], {
      findings: [finding({ severity: 'high', message: 'Receiver cannot be listed', hint: 'Grant list.' })],
    }),
  )
  assert.match(output, /FINDINGS\nhigh {6}Receiver cannot be listed\n {10}Grant list\.\n/)
})

test('no line is wider than the terminal for long values', () => {
  const long = 'x'.repeat(500)
  const output = text(
    comparison([
      drift(ref('X', 'a', 'b'), [
        difference({
          path: 'p',
          values: { staging: long, production: `${long}y` },
          changes: { production: 'changed' },
        }),
      ]),
    ]),
    { width: 80 },
  )
  for (const line of output.split('\n').slice(6)) assert.ok(line.length <= 80, line)
})

test('many findings of one code and many one-sided objects are counted, not scrolled', () => {
  const findings = Array.from({ length: 40 }, (_, n) =>
    finding({ severity: 'low', code: 'dangling-reference', message: `number ${n}` }),
  )
  const drifts = Array.from({ length: 45 }, (_, n) =>
    missing(ref(n < 30 ? 'HelmRelease' : 'Kustomization', 'a', `n${n}`)),
  )
  const output = text(comparison(drifts, { findings }))
  assert.match(output, /low {7}number 2\n {10}and 37 more of the kind dangling-reference: -o wide shows all\n/)
  assert.match(
    output,
    /n11 missing in production\n {10}and 33 more: 18 HelmRelease, 15 Kustomization: -o wide shows all\n/,
  )
  const wide = renderComparison(comparison(drifts, { findings }), 'wide', options)
  for (let n = 0; n < 40; n += 1) assert.ok(wide.includes(`number ${n}\n`))
  for (let n = 0; n < 45; n += 1) assert.ok(wide.includes(`/n${n} `))
})

test('of two long values that begin alike, what differs is in view', () => {
  const start = 'https://example.com/'.repeat(8)
  const values = { staging: `${start}main`, production: `${start}release` }
  const output = text(
    comparison([drift(ref('X', 'a', 'b'), [difference({ path: 'p', values, changes: { production: 'changed' } })])]),
  )
  assert.match(output, /- ….*example\.com\/main\n\s+\+ ….*example\.com\/release\n/)
})

test('of many long values of which some begin alike, each shows how it differs from the others', () => {
  const start = 'https://example.com/'.repeat(8)
  const values = { staging: `${start}main`, production: `${start}release`, edge: 'ssh://git.example.com', lab: start }
  const pair = comparison([
    drift(ref('X', 'a', 'b'), [
      difference({ path: 'p', values, changes: { production: 'changed', edge: 'changed', lab: 'changed' } }),
    ]),
  ])
  const clusters = [...pair.clusters, ...['edge', 'lab'].map((name) => ({ ...pair.clusters[0]!, name }))]
  const output = text({ ...pair, clusters })
  assert.match(output, /\n +staging {5}….*example\.com\/main\n +production {2}….*example\.com\/release\n/)
  assert.match(output, /\n +edge {8}ssh:\/\/git\.example\.com\n +lab {9}….*example\.com\/\n/)
})

test('of many clusters that lack an object the first are named, and all in wide output', () => {
  const names = Array.from({ length: 7 }, (_, n) => `c${n}`)
  const one = missing(ref('X', 'a', 'b'))
  const presence = {
    staging: 'present' as const,
    ...Object.fromEntries(names.map((name) => [name, 'absent' as const])),
  }
  const document = comparison([{ ...one, presence }])
  assert.match(text(document), /X\/a\/b missing in c0, c1, c2 and 4 more\n/)
  assert.ok(renderComparison(document, 'wide', options).includes(`missing in ${names.join(', ')}\n`))
})

test('values that only look alike are told apart', () => {
  const values = [
    { path: 'a', from: 'a b', to: 'a\u00a0b', shown: 'a b → a\\u{a0}b' },
    { path: 'b', from: 'caf\u00e9', to: 'cafe\u0301', shown: 'caf\\u{e9} → cafe\\u{301}' },
    { path: 'c', from: 'caf\u00e9', to: 'tee', shown: 'caf\u00e9 → tee' },
    { path: 'd', from: 'a ', to: 'a', shown: '"a " → a' },
  ]
  for (const { path, from, to, shown } of values) {
    const one = difference({ path, values: { staging: from, production: to }, changes: { production: 'changed' } })
    const output = text(comparison([drift(ref('X', 'a', 'b'), [one])]))
    assert.ok(output.includes(`${path}  ${shown}\n`), output)
  }
})

test('the value stays in view beside the names of many clusters', () => {
  const names = Array.from({ length: 20 }, (_, n) => `cluster-number-${n}`)
  const values = { staging: 'old', ...Object.fromEntries(names.map((name) => [name, 'new'])) }
  const changes = Object.fromEntries(names.map((name) => [name, 'changed' as const]))
  const pair = comparison([drift(ref('X', 'a', 'b'), [difference({ path: 'p', values, changes })])])
  const all: Comparison = { ...pair, clusters: ['staging', ...names].map((name) => ({ ...pair.clusters[0]!, name })) }
  assert.match(text(all), /\n +cluster-number-0 and 19 more {2}new\n/)
  assert.match(
    text(all),
    /^drifted {2}cluster-number-0, cluster-number-1, cluster-number-2 and 17 more against staging: 1 medium\n/,
  )
  assert.match(
    text({ ...all, baseline: null }),
    /^drifted {2}staging, cluster-number-0, cluster-number-1 and 18 more \(/,
  )
  const wide = renderComparison(all, 'wide', options)
  assert.ok(wide.includes(`${names.join(', ')}  new\n`))
})

test('a move is told as one, with the clusters on which it happened where there are several', () => {
  const moved = drift(ref('HelmRelease', 'apps', 'shop'), [
    difference({
      path: 'spec.valuesFrom[name=defaults]',
      values: { staging: 0, production: 1 },
      changes: { production: 'moved' },
    }),
  ])
  const pair = comparison([moved])
  assert.match(text(pair), /spec\.valuesFrom\[name=defaults\] {2}moved: the order differs\n/)
  const three: Comparison = { ...pair, clusters: [...pair.clusters, { ...pair.clusters[0]!, name: 'edge' }] }
  assert.match(text(three), /spec\.valuesFrom\[name=defaults\] {2}moved on production: the order differs\n/)
})

test('what is not listed is told with the flag that lists it', () => {
  const document = comparison([])
  const summary = { ...document.summary, expected: 2, parametric: 1, hiddenByRules: 4, equivalent: 5 }
  const quiet = { ...document, summary }
  assert.match(
    text(quiet),
    /\nexpected 2, parametric 1 \(--show-parametric lists them\)\nhidden by rules 4, judged equivalent 5 \(--explain lists them\)\n$/,
  )
  assert.match(text({ ...quiet, summary: { ...summary, expected: 0, parametric: 0 } }), /\nhidden by rules 4, judged/)
})

test('wide output has the fingerprint that a rule is written for', () => {
  const fingerprint = '0123456789abcdef0123456789abcdef'
  const one = difference({
    path: 'spec.suspend',
    severity: 'high',
    fingerprint,
    values: { production: true },
    changes: { production: 'added' },
  })
  const output = renderComparison(comparison([drift(ref('HelmRelease', 'apps', 'shop'), [one])]), 'wide', options)
  assert.match(output, /\n +fingerprint 0123456789ab\n/)
})
