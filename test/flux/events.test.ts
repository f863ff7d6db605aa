import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countEvents } from '../../src/flux/events.ts'
import { displayRef } from '../../src/model/resource-ref.ts'
import type { JsonObject } from '../../src/model/json.ts'

const HR = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'apps', name: 'web' }

function told(...events: JsonObject[]): string[] {
  return countEvents(events).map(({ ref, type, reason, count }) => `${displayRef(ref)} ${type} ${reason} ${count}`)
}

test('events are counted by object, type and reason, and sorted', () => {
  const failed = { involvedObject: HR, type: 'Warning', reason: 'UpgradeFailed' }
  const git = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace: 'apps', name: 'app' }
  assert.deepEqual(
    told(
      { ...failed, message: 'a', lastTimestamp: '2026-01-01T00:00:00Z' },
      { involvedObject: HR, type: 'Normal', reason: 'UpgradeSucceeded' },
      { ...failed, message: 'b', involvedObject: { ...HR, apiVersion: 'helm.toolkit.fluxcd.io/v2beta2' } },
      { involvedObject: git, type: 'Normal', reason: 'NewArtifact' },
    ),
    [
      'GitRepository/apps/app Normal NewArtifact 1',
      'HelmRelease/apps/web Normal UpgradeSucceeded 1',
      'HelmRelease/apps/web Warning UpgradeFailed 2',
    ],
  )
})

test('an event that stands for several counts as many, by its series first', () => {
  assert.deepEqual(told({ involvedObject: HR, type: 'Normal', reason: 'A', count: 5 }), [
    'HelmRelease/apps/web Normal A 5',
  ])
  const series = { involvedObject: HR, type: 'Normal', reason: 'A', count: 5, series: { count: 9 } }
  assert.deepEqual(told(series), ['HelmRelease/apps/web Normal A 9'])
  const fresh = { regarding: HR, type: 'Normal', reason: 'A', deprecatedCount: 3 }
  assert.deepEqual(told(fresh), ['HelmRelease/apps/web Normal A 3'])
})

test('events of other objects are left out, whatever their shape', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'apps', name: 'web' }
  const nothing: JsonObject[] = [{}, { involvedObject: 'x' }, { involvedObject: { kind: 'HelmRelease' } }]
  assert.deepEqual(told({ involvedObject: pod, type: 'Normal', reason: 'A' }, ...nothing), [])
  const legacy = { ...HR, apiVersion: 'helm.fluxcd.io/v1' }
  assert.deepEqual(told({ involvedObject: legacy, type: 'Normal', reason: 'A' }), [])
})

test('a missing apiVersion is no obstacle, nor a missing namespace', () => {
  const event = { metadata: { namespace: 'apps' }, involvedObject: { kind: 'HelmRelease', name: 'web' }, reason: 'A' }
  assert.deepEqual(told(event), ['HelmRelease/apps/web  A 1'])
})
