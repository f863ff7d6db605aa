import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OUTPUT_FORMATS } from '../../src/report/formats.ts'
import { renderComparison } from '../../src/report/render.ts'
import { hasDrift } from '../../src/report/shown.ts'
import { comparison, difference, drift, ref } from './sample-comparison.ts'

const options = { width: 120, color: false, explain: false, maxObjects: null }
const changes = { production: 'changed' } as const
const map = 'ConfigMap/web:values.yaml'

/** A release with one effective value of its own and two that follow from a ConfigMap, and a release with nothing but such. */
function sample() {
  const own = difference({
    layer: 'values',
    path: 'replicas',
    values: { staging: 2, production: 5 },
    changes,
    origins: { staging: { from: 'inline', shadows: [map] }, production: { from: map, shadows: [] } },
  })
  const following = ['image.tag', 'port'].map((path) =>
    difference({
      layer: 'values',
      path,
      values: { staging: 'follows', production: 'follows too' },
      changes,
      origins: { staging: { from: map, shadows: [] }, production: { from: map, shadows: [] } },
      derivedFrom: ['cause'],
    }),
  )
  const cause = difference({
    layer: 'data',
    path: '["values.yaml"].port',
    values: { staging: 1, production: 2 },
    changes,
    explanation: 'no effect: shadowed by inline',
  })
  return comparison([
    drift(ref('ConfigMap', 'shop', 'web'), [cause]),
    drift(ref('HelmRelease', 'shop', 'web'), [own, ...following]),
    drift(ref('HelmRelease', 'shop', 'quiet'), following),
  ])
}

test('effective values name their sources, and what follows is one line of the object', () => {
  const lines = renderComparison(sample(), 'table', options).split('\n')
  assert.deepEqual(lines.slice(lines.indexOf('DIFFERENCES (staging → production)') + 1), [
    'medium    ConfigMap/shop/web',
    '            ["values.yaml"].port  1 → 2',
    '              no effect: shadowed by inline',
    'medium    HelmRelease/shop/web',
    '            values: replicas  2 → 5',
    `              staging from inline over ${map}; production from ${map}`,
    '            values: 2 effective values follow from ConfigMap/web',
    '          HelmRelease/shop/quiet',
    '            values: 2 effective values follow from ConfigMap/web',
    '',
  ])
})

test('wide output lists what follows, too', () => {
  const output = renderComparison(sample(), 'wide', options)
  assert.equal(output.match(/values: image\.tag {2}follows → follows too/g)?.length, 2)
})

test('no other report for people tells a value twice, and programs get all of it', () => {
  for (const format of ['markdown', 'html', 'junit', 'name'] as const) {
    assert.doesNotMatch(renderComparison(sample(), format, options), /follows too/, format)
  }
  for (const format of ['json', 'yaml'] as const) {
    assert.match(renderComparison(sample(), format, options), /follows too/, format)
  }
  assert.ok(OUTPUT_FORMATS.length > 5)
  for (const format of ['markdown', 'html'] as const) {
    const output = renderComparison(sample(), format, options)
    assert.match(output, /2 effective values follow from ConfigMap\/web/)
    assert.match(output, /shadowed by inline/)
  }
})

test('an object with nothing but what follows is neither a failed case nor a name', () => {
  assert.doesNotMatch(renderComparison(sample(), 'name', options), /quiet/)
  const junit = renderComparison(sample(), 'junit', options)
  assert.match(junit, /failures="2"/)
  assert.doesNotMatch(junit, /quiet/)
})

test('what digests prove is one clause of the counts, and a difference of all that is made of the object', () => {
  const base = { layer: 'values', by: 'status.lastAttemptedConfigDigest', against: 'staging', revisions: {} } as const
  const unread = { production: ['Secret/shop/keys'] }
  const release = ref('HelmRelease', 'shop', 'web')
  const proven = difference({
    layer: 'values',
    path: '',
    values: { staging: { masked: 'hmac:k:a' }, production: { masked: 'hmac:k:b' } },
    changes,
    explanation:
      'proven different by status.lastAttemptedConfigDigest: all but Secret/shop/keys is the same, and could be read',
  })
  const proofs = (['proven-different', 'proven-equal', 'unknown', 'unknown'] as const).map((answer) => ({
    ...base,
    ref: release,
    answers: { production: answer },
    unread,
  }))
  const lines = renderComparison({ ...comparison([drift(release, [proven])]), proofs }, 'table', options).split('\n')
  assert.match(lines[1]!, /, of 4 not all could be read: 1 proven equal, 1 proven different, 2 unknown$/)
  assert.deepEqual(lines.slice(lines.indexOf('DIFFERENCES (staging → production)') + 1), [
    'medium    HelmRelease/shop/web',
    '            values  (secret A) → (secret B)',
    '              proven different by status.lastAttemptedConfigDigest: all but Secret/shop/keys is the same, and could be',
    '              read',
    '',
  ])
})

test('what follows from a finding is told to people by the finding, and fails a check', () => {
  const path = 'spec.waitStrategy.name'
  const lost = difference({
    path,
    values: { staging: 'poller' },
    changes: { production: 'removed' },
    derivedFrom: ['f'],
  })
  const document = comparison([drift(ref('HelmRelease', 'shop', 'web'), [lost])])
  const machines = ['json', 'yaml', 'name', 'junit']
  for (const format of OUTPUT_FORMATS.filter((name) => !machines.includes(name))) {
    assert.doesNotMatch(renderComparison(document, format, options), /waitStrategy|shop\/web/, format)
  }
  assert.equal(renderComparison(document, 'name', options), 'HelmRelease/shop/web\n')
  assert.match(renderComparison(document, 'junit', options), /failures="1"[^]*spec\.waitStrategy\.name/)
  assert.ok(hasDrift(document, 'medium'))
})
