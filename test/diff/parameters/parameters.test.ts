import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Comparison } from '../../../src/model/comparison.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { ClusterProfile } from '../../../src/model/rules.ts'
import { compareSpecs, counted, reference } from '../builders.ts'
import type { ObjectSpec, SnapshotSpec } from '../builders.ts'

const STAGING = {
  env: 'staging',
  domain: 'staging.example.com',
  region: 'eu-north-1',
  replicas: '2',
  account: '111122223333',
}
const PRODUCTION = { env: 'prod', domain: 'example.com', region: 'eu-west-1', replicas: '6', account: '444455556666' }
const EDGE = { env: 'edge', domain: 'edge.example.com', region: 'eu-south-2', replicas: '1', account: '777788889999' }

type Parameters = Readonly<Record<string, string>>
const OWN: Readonly<Record<string, Parameters>> = { staging: STAGING, production: PRODUCTION, edge: EDGE }

function profiles(own = OWN): Record<string, ClusterProfile> {
  return Object.fromEntries(
    Object.entries(own).map(([cluster, parameters]) => [cluster, { cluster, labels: {}, parameters }]),
  )
}

/** The same fleet on every cluster, written with the cluster's own values. */
function fleet(
  cluster: string,
  own: Parameters,
  change: (objects: ObjectSpec[]) => ObjectSpec[] = (all) => all,
): SnapshotSpec {
  const { env, domain, region, replicas, account } = own as typeof STAGING
  const objects: ObjectSpec[] = [
    {
      ref: 'Kustomization/flux-system/apps',
      body: { spec: { path: `./clusters/${env}/apps`, dependsOn: [{ name: `infra-${env}` }] } },
    },
    { ref: `Kustomization/flux-system/infra-${env}`, body: { spec: { path: './infra', prune: true } } },
    {
      ref: `HelmRelease/apps-${env}/web`,
      body: {
        spec: {
          releaseName: 'web',
          valuesFrom: [{ kind: 'ConfigMap', name: `web-${env}` }],
          values: {
            ingress: { hosts: [{ host: `app.${domain}`, paths: ['/'] }] },
            image: `${account}.dkr.ecr.${region}.amazonaws.com/web:1.0.0`,
            replicas: Number(replicas),
            env: [{ name: 'STAGE', value: env }],
            labels: { [`team-${env}`]: 'shop' },
          },
        },
      },
    },
    {
      ref: `ConfigMap/apps-${env}/web-${env}`,
      body: {
        data: { 'values.yaml': { url: `https://api.${domain}`, log: 'info' }, note: `runs in ${region}\nfor ${env}\n` },
      },
    },
  ]
  return {
    cluster,
    objects: change(objects),
    references: [reference(`HelmRelease/apps-${env}/web`, `ConfigMap/apps-${env}/web-${env}`)],
  }
}

function edit(kind: string, at: readonly string[], value: Json): (objects: ObjectSpec[]) => ObjectSpec[] {
  const set = (here: Json, [key = '', ...rest]: readonly string[]): Json => ({
    ...(here as JsonObject),
    [key]: rest.length === 0 ? value : set((here as JsonObject)[key] ?? {}, rest),
  })
  return (objects) =>
    objects.map((object) =>
      object.ref.startsWith(kind) ? { ...object, body: set(object.body ?? {}, at) as JsonObject } : object,
    )
}

function run(specs: readonly SnapshotSpec[], own = OWN): Comparison {
  return compareSpecs(specs, { profiles: profiles(own), explain: true })
}

/** What is drift, as `Kind path`. */
function drift({ drifts }: Comparison): string[] {
  return drifts.flatMap(({ ref, differences }) =>
    counted(differences)
      .filter(({ classification }) => classification === 'drift')
      .map(({ path }) => `${ref.kind} ${path}`),
  )
}

describe('parameters', () => {
  it('explain a fleet that differs in them alone', () => {
    const result = run([fleet('staging', STAGING), fleet('production', PRODUCTION), fleet('edge', EDGE)])
    assert.deepEqual(drift(result), [])
    assert.equal(result.verdict, 'in-sync')
    assert.deepEqual(result.findings, [])
    const { objects, inSync, differences, parametric, missing, extra } = result.summary
    assert.deepEqual(
      { objects, inSync, differences, missing, extra },
      { objects: 4, inSync: 4, differences: 0, missing: 0, extra: 0 },
    )
    assert.ok(parametric > 8)
  })

  it('without them the same fleet is full of drift', () => {
    const bare = compareSpecs([fleet('staging', STAGING), fleet('production', PRODUCTION)])
    assert.ok(bare.summary.missing > 0 && bare.summary.differences > 5)
  })

  it('are told with the substitution', () => {
    const result = run([fleet('staging', STAGING), fleet('production', PRODUCTION)])
    const web = result.drifts.find(({ ref }) => ref.kind === 'HelmRelease')
    const image = web?.differences.find(({ path }) => path === 'spec.values.image')
    assert.equal(image?.classification, 'parametric')
    assert.equal(
      image?.explanation,
      '${account} is "111122223333" on staging and "444455556666" on production, ${region} is "eu-north-1" on staging and "eu-west-1" on production',
    )
    assert.deepEqual([web?.ref.namespace, web?.refs['production']?.namespace], ['apps-staging', 'apps-prod'])
  })

  const changes: readonly (readonly [string, ReturnType<typeof edit>, readonly string[]])[] = [
    [
      'a value that is none of them',
      edit('HelmRelease', ['spec', 'releaseName'], 'web2'),
      ['HelmRelease spec.releaseName'],
    ],
    [
      'a value of another cluster',
      edit('ConfigMap', ['data', 'values.yaml', 'url'], 'https://api.staging.example.com'),
      [],
    ],
    [
      'a value explained in part',
      edit('HelmRelease', ['spec', 'values', 'image'], '444455556666.dkr.ecr.eu-west-1.amazonaws.com/web:1.1.0'),
      ['HelmRelease spec.values.image'],
    ],
    [
      'a longer word',
      edit('HelmRelease', ['spec', 'values', 'env'], [{ name: 'STAGE', value: 'production' }]),
      ['HelmRelease spec.values.env[name=STAGE].value'],
    ],
    ['another number', edit('HelmRelease', ['spec', 'values', 'replicas'], 7), ['HelmRelease spec.values.replicas']],
    [
      'another name in a list',
      edit('Kustomization/flux-system/apps', ['spec', 'dependsOn'], [{ name: 'infra-staging' }]),
      [],
    ],
  ]
  for (const [name, change, expected] of changes) {
    it(`leave ${name}`, () => {
      const result = run([fleet('staging', STAGING), fleet('production', PRODUCTION, change)])
      assert.deepEqual(drift(result), expected)
    })
  }

  it('never explain secrets', () => {
    const side = (cluster: string, own: Parameters, masked: string): SnapshotSpec => ({
      cluster,
      objects: [{ ref: `HelmRelease/apps/web`, body: { spec: { values: { [`token-${own['env']}`]: { masked } } } } }],
    })
    const result = run([side('staging', STAGING, 'hmac:k:a'), side('production', PRODUCTION, 'hmac:k:a')])
    assert.equal(drift(result).length, 2)
  })

  it('leave an object that could be paired in two ways with the one of its own name, and say so', () => {
    const both = {
      cluster: 'production',
      objects: ['apps-prod', 'apps-staging'].map((name) => ({ ref: `Kustomization/x/${name}` })),
    }
    const result = run([{ cluster: 'staging', objects: [{ ref: 'Kustomization/x/apps-staging' }] }, both])
    assert.deepEqual(
      result.findings.map(({ code, ref }) => [code, ref?.name]),
      [['parameters-ambiguous', 'apps-staging']],
    )
    assert.deepEqual([result.summary.inSync, result.summary.extra], [1, 1])
  })

  it('leave names alone that have no counterpart', () => {
    const prod = (cluster: string): SnapshotSpec => ({ cluster, objects: [{ ref: 'Kustomization/x/prod' }] })
    assert.equal(run([prod('staging'), prod('production')]).verdict, 'in-sync')
    const one = run([prod('staging'), { cluster: 'production' }])
    assert.equal(one.summary.missing, 1)
  })

  it('pair generated ConfigMaps whose names also differ in a parameter', () => {
    const side = (cluster: string, { env }: typeof STAGING, hash: string): SnapshotSpec => ({
      cluster,
      objects: [
        {
          ref: 'HelmRelease/x/web',
          body: { spec: { valuesFrom: [{ kind: 'ConfigMap', name: `web-${env}-${hash}` }] } },
        },
        { ref: `ConfigMap/x/web-${env}-${hash}`, body: { data: { stage: env } } },
      ],
      references: [reference('HelmRelease/x/web', `ConfigMap/x/web-${env}-${hash}`)],
    })
    const result = run([side('staging', STAGING, '9g9d69c4k8'), side('production', PRODUCTION, 'h29d89cmmt')])
    assert.deepEqual(drift(result), [])
    assert.equal(result.summary.objects, 2)
  })

  it('never add a difference of two objects that pair without them', () => {
    const word = fc.constantFrom('prod', 'staging', 'web', 'x', 'prod.example.com')
    const value = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('-'))
    const values = fc.dictionary(
      fc.constantFrom('a', 'b', 'prod', 'staging'),
      fc.oneof(value, fc.array(fc.record({ name: value }), { maxLength: 3 })),
    )
    fc.assert(
      fc.property(values, values, fc.dictionary(fc.constantFrom('env', 'app'), word), (a, b, own) => {
        const specs = [a, b].map((values, at): SnapshotSpec => ({
          cluster: ['staging', 'production'][at]!,
          objects: [{ ref: 'HelmRelease/x/web', body: { spec: { values } } }],
        }))
        const bare = new Set(drift(compareSpecs(specs)))
        const explained = drift(run(specs, { staging: { env: 'staging', app: 'web' }, production: own }))
        assert.deepEqual(
          explained.filter((path) => !bare.has(path)),
          [],
        )
      }),
    )
  })
})
