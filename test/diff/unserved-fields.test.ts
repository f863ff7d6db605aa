import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JsonObject } from '../../src/model/json.ts'
import { compareSpecs } from './builders.ts'
import type { SnapshotSpec } from './builders.ts'

type Cluster = { readonly flux: string; readonly spec: JsonObject; readonly version?: string; readonly file?: boolean }

function told(ref: string, staging: Cluster, production: Cluster): unknown[] {
  const specs = Object.entries({ staging, production }).map(
    ([cluster, { flux, spec, version = 'v2', file = false }]): SnapshotSpec => ({
      cluster,
      install: { flux },
      objects: [{ ref, body: { spec }, version }],
      file,
    }),
  )
  const { findings } = compareSpecs(specs)
  return findings
    .filter(({ code }) => code === 'fields-not-served')
    .map(({ severity, clusters, message }) => [severity, clusters.join(' '), message])
}

const RELEASE = 'HelmRelease/apps/web'
const poller = { waitStrategy: { name: 'poller' } }

describe('fields that a cluster does not serve', () => {
  it('are told with the objects that lost them', () => {
    assert.deepEqual(told(RELEASE, { flux: 'v2.8.0', spec: poller }, { flux: 'v2.7.5', spec: {} }), [
      [
        'medium',
        'production',
        'production drops fields that its CRDs of Flux v2.7.5 do not have: spec.waitStrategy of 1 HelmRelease (HelmRelease/apps/web)',
      ],
    ])
  })

  it('are looked for in the items of lists', () => {
    const valuesFrom = (more: JsonObject) => ({
      valuesFrom: [{ kind: 'ConfigMap', name: 'a', targetPath: 'b', ...more }],
    })
    const staging = { flux: 'v2.9.4', spec: valuesFrom({ literal: true }) }
    assert.equal(told(RELEASE, staging, { flux: 'v2.8.1', spec: valuesFrom({}) }).length, 1)
  })

  it('are not those that the cluster has, or may have', () => {
    assert.deepEqual(told(RELEASE, { flux: 'v2.9.4', spec: poller }, { flux: 'v2.8.0', spec: {} }), [])
    const metadata = { flux: 'v2.9.4', spec: { commonMetadata: { labels: { a: 'b' } } } }
    assert.deepEqual(told(RELEASE, metadata, { flux: 'v2.7.0', spec: {} }), [])
    assert.equal(told(RELEASE, metadata, { flux: 'v2.6.4', spec: {} }).length, 1)
  })

  it('are not told of files, which nothing was dropped from', () => {
    assert.deepEqual(told(RELEASE, { flux: 'v2.9.4', spec: poller }, { flux: 'v2.7.5', spec: {}, file: true }), [])
  })

  it('are those that a newer API version took out', () => {
    const old = { flux: 'v2.6.0', spec: { patchesStrategicMerge: [{}] }, version: 'v1beta2' }
    const found = told('Kustomization/apps/web', old, { flux: 'v2.9.4', spec: {}, version: 'v1' })
    assert.deepEqual(found, [
      [
        'medium',
        'production',
        'production drops fields that its CRDs of Flux v2.9.4 do not have: ' +
          'spec.patchesStrategicMerge of 1 Kustomization (Kustomization/apps/web)',
      ],
    ])
  })
})

describe('differences at fields that a cluster does not serve', () => {
  type Spec = readonly [cluster: string, flux: string, spec: JsonObject]
  const at = (specs: readonly Spec[]) =>
    compareSpecs(
      specs.map(([cluster, flux, spec]) => ({
        cluster,
        install: { flux },
        objects: [{ ref: RELEASE, body: { spec }, version: 'v2' }],
      })),
    )
  const legacy = { waitStrategy: { name: 'legacy' } }

  it('follow from the finding, and are not counted, but the clusters are not in sync', () => {
    const result = at([
      ['a', 'v2.9.4', poller],
      ['b', 'v2.7.5', {}],
    ])
    const finding = result.findings.find(({ code }) => code === 'fields-not-served')!
    const [difference] = result.drifts[0]!.differences
    assert.deepEqual([difference!.path, difference!.derivedFrom], ['spec.waitStrategy.name', [finding.fingerprint]])
    const { differences, inSync, drifted } = result.summary
    assert.deepEqual([differences, inSync, drifted, result.verdict], [0, 0, 1, 'drifted'])
  })

  it('do so from the finding of each cluster, also where it is the baseline', () => {
    const result = at([
      ['a', 'v2.7.5', {}],
      ['b', 'v2.9.4', poller],
      ['c', 'v2.7.5', {}],
    ])
    const found = result.findings.filter(({ code }) => code === 'fields-not-served')
    assert.deepEqual(
      found.map(({ clusters }) => clusters[0]),
      ['a', 'c'],
    )
    assert.deepEqual(result.drifts[0]!.differences[0]!.derivedFrom, found.map(({ fingerprint }) => fingerprint).sort())
    assert.equal(result.verdict, 'drifted')
  })

  it('make the finding as severe as the worst of them', () => {
    const severityOf = (path: string, spec: JsonObject) => {
      const result = at([
        ['a', 'v2.9.4', spec],
        ['b', 'v2.6.4', {}],
      ])
      const [difference] = result.drifts[0]!.differences.filter((one) => one.path.startsWith(path))
      const finding = result.findings.find(({ code }) => code === 'fields-not-served')!
      return [difference!.severity, finding.severity]
    }
    assert.deepEqual(severityOf('spec.commonMetadata', { commonMetadata: { labels: { a: 'b' } } }), [
      'medium',
      'medium',
    ])
    assert.deepEqual(severityOf('spec.upgrade', { upgrade: { strategy: { name: 'RemediateOnFailure' } } }), [
      'high',
      'high',
    ])
  })

  it('count where something else differs there, too', () => {
    const values = at([
      ['a', 'v2.9.4', poller],
      ['b', 'v2.7.5', {}],
      ['c', 'v2.9.4', legacy],
    ])
    assert.deepEqual([values.summary.differences, values.verdict], [1, 'drifted'])
    const absent = at([
      ['a', 'v2.9.4', poller],
      ['b', 'v2.7.5', {}],
      ['c', 'v2.9.4', {}],
    ])
    assert.deepEqual([absent.summary.differences, absent.verdict], [1, 'drifted'])
    const beside = at([
      ['a', 'v2.9.4', { ...poller, releaseName: 'x' }],
      ['b', 'v2.7.5', { releaseName: 'y' }],
    ])
    assert.deepEqual([beside.summary.differences, beside.summary.drifted], [1, 1])
  })

  it('may stand in the items of lists', () => {
    const valuesFrom = (more: JsonObject) => ({
      valuesFrom: [{ kind: 'ConfigMap', name: 'a', targetPath: 'b', ...more }],
    })
    const result = at([
      ['a', 'v2.9.4', valuesFrom({ literal: true })],
      ['b', 'v2.8.1', valuesFrom({})],
    ])
    assert.equal(result.drifts[0]!.differences.find(({ path }) => path.endsWith('literal'))!.derivedFrom.length, 1)
  })
})
