import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftItem } from '../../src/model/drift-report.ts'
import { renderDriftText } from '../../src/report/drift-report-text.ts'
import { slackPayload } from '../../src/report/drift-report-slack.ts'
import { driftReport, item } from './sample-drift-report.ts'

function release(name: string, part: Partial<DriftItem> = {}): DriftItem {
  const ref = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name }
  return item({ ref, fingerprint: `f-${name}`, path: 'spec.chart.spec.version', ...part })
}

function linesOf(fresh: readonly DriftItem[]): string[] {
  const text = renderDriftText(driftReport({ fresh }))
  return text.split('\n').filter((line) => /^(?:critical|high|medium|low) /.test(line))
}

const BUMP = { values: { staging: '6.0.1', production: '6.9.1' } }

test('the same change in three objects is one line that names them', () => {
  const items = ['c', 'a', 'b'].map((name) => release(name, BUMP))
  assert.deepEqual(linesOf(items), [
    'medium    3 HelmRelease  spec.chart.spec.version  6.0.1 (staging) → 6.9.1 (production): apps/a, apps/b, apps/c',
  ])
})

test('what a rule explains is another line than what is mended, and says so', () => {
  const resolved = [
    ...['a', 'b', 'c'].map((name) => release(name, { ...BUMP, uncounted: 'explained' })),
    release('d', BUMP),
  ]
  const lines = renderDriftText(driftReport({ resolved })).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.startsWith('medium ')).map((line) => line.split(', since 2026-11-20')[1]),
    [', expected or parametric now: apps/a, apps/b, apps/c', ''],
  )
})

test('a finding names its object once', () => {
  const of = (message: string) => item({ layer: 'finding', path: 'some-code', severity: 'high', message })
  const name = 'HelmRelease/apps/podinfo'
  assert.deepEqual(linesOf([of(`${name}: leads nowhere`)]), [`high      ${name}  leads nowhere`])
  assert.deepEqual(linesOf([of(`${name} data.key: is equal`)]), [`high      ${name}  data.key: is equal`])
  assert.deepEqual(linesOf([of(`${name}-2: leads nowhere`)]), [`high      ${name}  ${name}-2: leads nowhere`])
})

test('two objects stay two lines, and another value, severity or kind is another line', () => {
  assert.equal(linesOf(['a', 'b'].map((name) => release(name, BUMP))).length, 2)
  const others = [
    release('a', BUMP),
    release('b', BUMP),
    release('c', { values: { staging: '6.0.1', production: '7.0.0' } }),
    release('d', { ...BUMP, severity: 'high' }),
    release('e', { ...BUMP, ref: { group: 'g', kind: 'Other', namespace: 'apps', name: 'e' } }),
  ]
  assert.equal(linesOf(others).length, 5)
})

test('secrets that are shown alike are not the same change', () => {
  const secret = (tag: string): Partial<DriftItem> => ({
    values: { staging: { masked: `${tag}1` }, production: { masked: `${tag}2` } },
  })
  assert.equal(linesOf(['a', 'b', 'c'].map((name) => release(name, secret(name)))).length, 3)
})

test('a chat names three objects and counts the others; what is cut is counted by items', () => {
  const items = Array.from({ length: 102 }, (_, index) => release(`r${String(index).padStart(3, '0')}`, BUMP))
  const [, section] = slackPayload(driftReport({ fresh: items })).blocks
  assert.equal(
    section?.type === 'section' ? section.text.text : '',
    [
      '*New (102)*',
      '• *medium* `102 HelmRelease` `spec.chart.spec.version` `6.0.1` (staging) → `6.9.1` (production): apps/r000, apps/r001, apps/r002 and 99 more',
    ].join('\n'),
  )
})

test('the fields of a part that one side lacks are one line with the part and their number', () => {
  const leaf = (path: string, part: Partial<DriftItem> = {}): DriftItem =>
    release('shop', {
      fingerprint: `f-${path}`,
      path,
      within: 'spec.verify',
      changes: { production: 'removed' },
      values: { staging: 'x' },
      severity: 'critical',
      ...part,
    })
  assert.deepEqual(linesOf([leaf('spec.verify.provider'), leaf('spec.verify.secretRef.name')]), [
    'critical  HelmRelease/apps/shop  spec.verify  2 fields only in staging, not in production',
  ])
  assert.equal(linesOf([leaf('spec.verify.provider'), leaf('spec.verify.b', { severity: 'low' })]).length, 2)
  const open = leaf('spec.verify.b', { values: {}, unknown: { staging: 'not read' } })
  assert.equal(linesOf([leaf('spec.verify.provider'), open]).length, 2)
})

test('a commit is told only where it is that of all', () => {
  const at = (name: string, revision: string): DriftItem =>
    release(name, { ...BUMP, revisions: { production: revision } })
  assert.match(
    linesOf([at('a', 'main@sha1:1'), at('b', 'main@sha1:1'), at('c', 'main@sha1:1')])[0]!,
    /production at main@sha1:1: apps\/a/,
  )
  assert.doesNotMatch(linesOf([at('a', 'main@sha1:1'), at('b', 'main@sha1:2'), at('c', 'main@sha1:1')])[0]!, / at /)
})

test('two long values that begin alike are told apart', () => {
  const shared = 's'.repeat(200)
  const [line] = linesOf([release('a', { values: { staging: `${shared}one`, production: `${shared}two` } })])
  assert.match(line!, /s{16}one \(staging\) → …s{16}two \(production\)/)
})

test('what is missing for one cause is one line, whatever kinds it is of', () => {
  const missing = (kind: string, name: string, cause: string | null): DriftItem =>
    item({
      ref: { group: 'g', kind, namespace: 'shop', name },
      fingerprint: `${kind}-${name}`,
      layer: 'presence',
      path: '',
      changes: { edge: 'missing' },
      clusters: ['edge'],
      among: ['staging'],
      values: {},
      cause,
    })
  const cause = 'Kustomization/flux-system/shop is missing'
  assert.deepEqual(
    linesOf([missing('HelmRelease', 'a', cause), missing('HelmRelease', 'b', cause), missing('Secret', 'c', cause)]),
    [
      'medium    3 objects  missing in edge: Kustomization/flux-system/shop is missing; these are HelmRelease/shop/a, HelmRelease/shop/b, Secret/shop/c',
    ],
  )
  assert.equal(
    linesOf([missing('HelmRelease', 'a', null), missing('X', 'b', null), missing('Secret', 'c', null)]).length,
    3,
  )
})
