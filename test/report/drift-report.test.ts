import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fallbackOf, headlineOf } from '../../src/report/drift-report-words.ts'
import { renderDriftHtml } from '../../src/report/drift-report-html.ts'
import {
  commentMarker,
  renderDriftComment,
  renderDriftMarkdown,
  validateComment,
} from '../../src/report/drift-report-markdown.ts'
import { renderDriftJson, renderDriftText } from '../../src/report/drift-report-text.ts'
import { driftReport, everyday, HOSTILE_NAMES, item, ongoing, reportOf } from './sample-drift-report.ts'

test('the first line counts what is new, resolved and ongoing, and names high severities', () => {
  const report = everyday()
  assert.equal(
    headlineOf({ ...report, notCompared: [] }),
    'production vs staging: 3 new, 1 resolved, 12 ongoing (2 high)',
  )
  assert.equal(fallbackOf({ ...report, notCompared: [] }), `[medium] ${headlineOf({ ...report, notCompared: [] })}`)
})

for (const [what, part, line] of [
  ['nothing differs', { verdict: 'in-sync' }, 'production vs staging: in sync'],
  ['nothing changed', { ongoing: [ongoing('low', 2)] }, 'production vs staging: 2 ongoing'],
  [
    'all lists',
    {
      fresh: [item({ severity: 'critical' }), item({ severity: 'high' })],
      worsened: [item()],
      reopened: [item({ severity: 'high' })],
    },
    'production vs staging: 2 new (1 critical, 1 high), 1 worsened, 1 reopened (1 high)',
  ],
  [
    'a cluster that could not be read',
    {
      verdict: 'incomplete',
      notCompared: [{ cluster: 'production', kinds: [], reason: 'cluster-timeout', fresh: true }],
    },
    'production vs staging: no change; not compared: production',
  ],
  [
    'a kind that could not be read',
    {
      verdict: 'incomplete',
      notCompared: [{ cluster: 'production', kinds: ['Bucket'], reason: 'forbidden', fresh: true }],
    },
    'production vs staging: no change; not fully compared: production',
  ],
  [
    'what a rule explains',
    { resolved: [item(), item({ uncounted: 'explained' }), item({ uncounted: 'not-compared' })] },
    'production vs staging: 3 resolved (2 only no longer counted)',
  ],
  ['no baseline', { baseline: null, verdict: 'in-sync' }, 'staging, production: in sync'],
  [
    'many targets',
    { targets: ['a', 'b', 'c', 'd', 'e'], verdict: 'in-sync' },
    'a, b, c and 2 more vs staging: in sync',
  ],
] as const) {
  test(`the first line where there is: ${what}`, () => {
    assert.equal(headlineOf(driftReport(part)), line)
  })
}

test('a first line that must be short keeps its counts', () => {
  const report = driftReport({ targets: ['x'.repeat(300)], baseline: 'y'.repeat(300), ongoing: [ongoing('high', 2)] })
  const line = headlineOf(report, 60)
  assert.ok(line.length <= 60, line)
  assert.match(line, /…: 2 ongoing \(2 high\)$/)
})

test('a cluster that can be compared again is told in the first line, and one that could not be read has no age', () => {
  const clusters = driftReport().clusters
  const again = driftReport({ comparedAgain: ['production'], ongoing: [ongoing('low', 2)] })
  assert.equal(headlineOf(again), 'production vs staging: 2 ongoing; compared again: production')
  assert.match(renderDriftText(again), /\nCOMPARED AGAIN\nproduction\n/)
  assert.match(headlineOf({ ...again, comparedAgain: ['a', 'b'] }), /; compared again: 2 clusters$/)
  const away = driftReport({
    notCompared: [{ cluster: 'production', kinds: [], reason: 'cluster-timeout', fresh: true }],
  })
  assert.match(renderDriftText(away), /\nAGE OF THE SNAPSHOTS\nstaging 5 min\n/)
  const none = clusters.map(({ name }) => ({ cluster: name, kinds: [], reason: 'cluster-timeout', fresh: true }))
  assert.doesNotMatch(renderDriftText(driftReport({ notCompared: none })), /AGE OF/)
})

test('where severities would leave no room for the names of clusters, the names are told', () => {
  const report = driftReport({
    targets: ['production', 'edge'],
    fresh: [item({ severity: 'critical' }), item({ severity: 'high' })],
    worsened: [item({ severity: 'critical' })],
    reopened: [item({ severity: 'high' })],
    resolved: [item()],
    ongoing: [ongoing('high', 5)],
    notCompared: [{ cluster: 'edge', kinds: ['Receiver'], reason: 'forbidden', fresh: true }],
  })
  const whole =
    '2 new (1 critical, 1 high), 1 worsened (1 critical), 1 reopened (1 high), 1 resolved, 5 ongoing (5 high)'
  assert.equal(headlineOf(report), `production, edge vs staging: ${whole}; not fully compared: edge`)
  assert.equal(
    headlineOf(report, 150),
    'production, edge vs staging: 2 new, 1 worsened, 1 reopened, 1 resolved, 5 ongoing; not fully compared: edge',
  )
})

const TEXT = `production vs staging: 3 new, 1 resolved, 12 ongoing (2 high); not fully compared: production

NEW (3)
medium    HelmRelease/apps/podinfo  spec.values.password  (secret A) (staging) → (secret B) (production)
medium    Kustomization/shop/frontend  missing in production
low       HelmRelease/apps/podinfo  spec.values.replicas  1 (staging) → 2 (production), production at main@sha1:01234567

RESOLVED (1)
medium    HelmRelease/apps/podinfo  spec.interval  1m (staging) → 10m (production), since 2026-11-20

ONGOING
12 ongoing: 2 high, 7 medium, 3 low

NOT COMPARED
production: ImagePolicy could not be read (forbidden)

SET ASIDE
acknowledged 3, muted 1, hidden by rules 4, parametric 9

AGE OF THE SNAPSHOTS
staging 5 min, production 3 h

https://flux-compare.example.com/api/v1/comparisons/run_9?format=html
`

test('as text: the most severe first, secrets by letter, with the commit, the coverage and the ages', () => {
  assert.equal(renderDriftText(everyday()), TEXT)
})

test('a move, an object on one side with its cause, a finding, and what worsened', () => {
  const text = renderDriftText(
    driftReport({
      fresh: [
        item({ changes: { production: 'moved' }, path: 'spec.valuesFrom' }),
        item({
          layer: 'presence',
          path: '',
          changes: { production: 'extra' },
          cause: 'Kustomization/apps/all is not on staging',
          unknown: { edge: 'forbidden' },
        }),
        item({
          layer: 'finding',
          ref: null,
          path: 'crd-not-installed',
          message: 'Bucket is not installed',
          severity: 'low',
        }),
        item({
          layer: 'data',
          path: 'a',
          values: { staging: 'x' },
          severity: 'low',
          usedBy: [
            { group: 'g', kind: 'HelmRelease', namespace: 'a', name: 'b' },
            { group: 'g', kind: 'HelmRelease', namespace: 'a', name: 'c' },
          ],
        }),
      ],
      worsened: [item({ severity: 'high', previousSeverity: 'low' })],
    }),
  )
  for (const line of [
    'spec.valuesFrom  order differs in production',
    'only in production, not known in edge: Kustomization/apps/all is not on staging',
    'low       crd-not-installed  Bucket is not installed',
    'x (staging) → absent (production), used by HelmRelease/a/b and 1 more',
    'high      HelmRelease/apps/podinfo  spec.values.replicas  1 (staging) → 2 (production), was low, since 2026-11-20',
  ]) {
    assert.ok(text.includes(line), `${line}\nnot in\n${text}`)
  }
})

test('long values that differ late are told as different, also beside one that differs early', () => {
  const start = 'https://example.com/'.repeat(8)
  const values = { staging: 'none', production: `${start}one`, edge: `${start}two`, lab: `${start}one` }
  const told = item({ among: Object.keys(values), values, changes: { production: 'changed', edge: 'changed' } })
  const text = renderDriftText(driftReport({ fresh: [told] }))
  assert.match(text, /none \(staging\), ….*\/one \(production, lab\), ….*\/two \(edge\)/)
  const masked = (tag: string) => ({ masked: `hmac:k1:${tag}`, text: `${start}***` })
  const secret = item({ values: { staging: masked('aa'), production: masked('bb') } })
  const said = renderDriftText(driftReport({ fresh: [secret] }))
  assert.match(said, /….*\(secret A\) \(staging\) → ….*\(secret B\) \(production\)/)
})

test('as Markdown and as a comment that can be found again', () => {
  const body = renderDriftComment(everyday())
  assert.ok(body.startsWith('<!-- flux-compare:drift-report:prod-vs-staging -->\n### production vs staging: 3 new'))
  assert.match(
    body,
    /- \*\*medium\*\* `HelmRelease\/apps\/podinfo` `spec\.values\.password` `\(secret A\)` \(staging\)/,
  )
  assert.match(body, /\[the whole comparison\]\(https:\/\/flux-compare\.example\.com\/[^)]+\)/)
  assert.deepEqual(validateComment(body), [])
})

test('a marker ends no comment, and two names never share one', () => {
  for (const name of HOSTILE_NAMES) assert.match(commentMarker(name), /^<!-- (?:(?!--)[^<>\n])+ -->$/)
  assert.notEqual(commentMarker('a--b'), commentMarker('a-b'))
  assert.notEqual(commentMarker('a'), commentMarker('ab'))
})

for (const count of [0, 1, 60, 5_000]) {
  test(`${count} items with hostile names: a comment that GitHub takes, with every item counted`, () => {
    const body = renderDriftComment(reportOf(count, HOSTILE_NAMES))
    assert.deepEqual(validateComment(body), [])
    if (count === 0) return
    const shown = [...body.matchAll(/^- \*\*(?:critical|high|medium|low)\*\* (?:`(\d+) HelmRelease`)?/gm)].reduce(
      (sum, [, several]) => sum + Number(several ?? 1),
      0,
    )
    const left = [...body.matchAll(/^- \+(\d+) more: \[/gm)].reduce((sum, [, number]) => sum + Number(number), 0)
    assert.equal(shown + left, 2 * count)
    assert.ok(count > 1 || left === 0)
  })
}

test('as HTML: no foreign markup, and no link but to the web', () => {
  const html = renderDriftHtml({ ...reportOf(30, HOSTILE_NAMES), link: 'javascript:alert(1)' })
  assert.doesNotMatch(html, /<script|<img|javascript:/)
  assert.doesNotMatch(html, /\u202e/)
  assert.match(renderDriftHtml(everyday()), /href="https:\/\/flux-compare\.example\.com/)
})

test('every format is the same for the same report; JSON is the report itself', () => {
  assert.deepEqual(JSON.parse(renderDriftJson(everyday())), everyday())
  for (const render of [renderDriftText, renderDriftMarkdown, renderDriftHtml, renderDriftJson]) {
    assert.equal(render(everyday()), render(everyday()))
  }
})
