import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ControllerFacts, InstallFacts } from '../../src/model/snapshot.ts'
import { compareSpecs, controller, driftOf, lines, NO_FILTER } from './builders.ts'
import type { SnapshotSpec } from './builders.ts'

const HELM = 'Deployment/flux-system/helm-controller'
const side = (cluster: string, controllers: ControllerFacts[], rest: Partial<InstallFacts> = {}): SnapshotSpec => ({
  cluster,
  install: { flux: 'v2.9.4', controllers, ...rest },
})
const helm = (facts: Partial<ControllerFacts> = {}) => controller('helm-controller', facts)

describe('the installation', () => {
  it('differs in arguments, feature gates, versions and images', () => {
    const result = compareSpecs([
      side('a', [helm({ args: { '--log-level': 'info', '--no-cross-namespace-refs': 'true' } })]),
      side('b', [
        helm({
          args: { '--log-level': 'debug', '--concurrent': '8' },
          featureGates: { OOMWatch: true },
          version: 'v1.0.1',
          image: 'ghcr.io/fluxcd/helm-controller:v1.0.1',
        }),
      ]),
    ])
    const drift = driftOf(result, HELM)!
    assert.deepEqual(drift.ref, {
      group: 'apps',
      kind: 'Deployment',
      namespace: 'flux-system',
      name: 'helm-controller',
    })
    assert.deepEqual(
      drift.differences.map(({ severity }, at) => `${severity} ${lines(drift.differences)[at]}`),
      [
        'critical install args["--no-cross-namespace-refs"] b=removed',
        'medium install args["--concurrent"] b=added',
        'medium install featureGates.OOMWatch b=added',
        'medium install image b=changed',
        'medium install version b=changed',
        'low install args["--log-level"] b=changed',
      ],
    )
    assert.deepEqual(drift.differences[0]?.pointers, { a: '/args/--no-cross-namespace-refs' })
    assert.equal(result.summary.objects, 1)
    assert.equal(result.summary.drifted, 1)
  })

  it('is no drift where versions follow from those of Flux, but one finding', () => {
    const old = { version: 'v0.9.0', image: 'ghcr.io/fluxcd/helm-controller:v0.9.0@sha256:00' }
    const result = compareSpecs([
      side('a', [helm({ args: { '--x': '1' } })]),
      side('b', [helm({ ...old, args: { '--x': '2' } })], { flux: 'v2.8.0' }),
    ])
    assert.deepEqual(lines(driftOf(result, HELM)!.differences), ['install args["--x"] b=changed'])
    assert.deepEqual(
      result.findings.map(({ code, message }) => [code, message]),
      [
        [
          'flux-version-skew',
          'Flux is v2.9.4 on a and v2.8.0 on b; the versions of these follow from it and are not listed: helm-controller',
        ],
      ],
    )
  })

  it('still tells another registry', () => {
    const result = compareSpecs([
      side('a', [helm()]),
      side('b', [helm({ version: 'v0.9.0', image: 'mirror:5000/fluxcd/helm-controller:v0.9.0' })], { flux: 'v2.8.0' }),
    ])
    assert.deepEqual(lines(driftOf(result, HELM)!.differences), ['install image b=changed'])
  })

  it('has a controller on one side only', () => {
    const result = compareSpecs([side('a', [helm(), controller('image-reflector-controller')]), side('b', [helm()])])
    assert.deepEqual(
      result.drifts.map(({ ref, differences }) => [ref.name, ...lines(differences)]),
      [['image-reflector-controller', 'presence  b=missing']],
    )
    assert.equal(result.drifts[0]?.differences[0]?.severity, 'high')
    assert.equal(result.summary.inSync, 1)
  })

  it('is not compared where nobody knows it', () => {
    const result = compareSpecs([side('a', [helm()]), { cluster: 'file' }])
    assert.equal(result.verdict, 'in-sync')
    assert.equal(result.summary.objects, 0)
  })

  it('does not take arguments for gone that were not read', () => {
    const result = compareSpecs([
      side('a', [helm({ args: { '--x': '1' } })]),
      side('report', [helm({ args: {} })]),
      side('c', [helm({ args: { '--x': '2' } })]),
    ])
    assert.deepEqual(lines(driftOf(result, HELM)!.differences), ['install args["--x"] c=changed'])
    assert.deepEqual(driftOf(result, HELM)?.differences[0]?.unknown, { report: 'not-asked' })
  })

  it('belongs to a comparison of everything only', () => {
    const specs = [side('a', [helm()]), side('b', [helm({ args: { '--x': '2' } })])]
    const drifts = (options: object) => compareSpecs(specs, options).drifts.length
    assert.equal(drifts({}), 1)
    assert.equal(drifts({ layers: ['spec'] }), 0)
    assert.equal(drifts({ filter: { ...NO_FILTER, kinds: ['hr'] } }), 0)
    assert.equal(drifts({ filter: { ...NO_FILTER, namespaces: ['apps'] } }), 0)
    assert.equal(drifts({ filter: { ...NO_FILTER, namespaces: ['flux-system'] } }), 1)
  })

  it('obeys ignored paths', () => {
    const specs = [side('a', [helm()]), side('b', [helm({ args: { '--x': '2' } })])]
    const result = compareSpecs(specs, { ignore: ['args'] })
    assert.equal(result.verdict, 'in-sync')
    assert.equal(result.summary.hiddenByRules, 2)
  })
})
