import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestParameters } from '../../../src/diff/parameters/suggest.ts'
import { wordPairs } from '../../../src/diff/parameters/word-pairs.ts'
import { inputOf, snapshot } from '../builders.ts'
import type { SnapshotSpec } from '../builders.ts'

test('words that differ are paired', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['apps-prod', 'apps-staging', ['prod staging']],
    ['https://a.prod.example.com/x', 'https://a.stg.example.com/x', ['prod stg']],
    ['s3.eu-west-1.amazonaws.com', 's3.us-east-2.amazonaws.com', ['eu-west-1 us-east-2']],
    ['https://app.example.com/x', 'https://app.staging.example.com/x', ['example.com staging.example.com']],
    ['111122223333/web:1.0.0', '444455556666/web:1.1.0', ['111122223333 444455556666']],
    ['1.2.3', '1.3.3', []],
    ['same', 'same', []],
    ['true', 'false', []],
    ['v2024.10.1', 'v2024.11.0', []],
    ['main-3fa9c1e', 'main-9bd02aa', []],
    ['512Mi', '1024Mi', []],
    ['refs/heads/main', 'refs/tags/.*', []],
    ['clusters/prod/eu-west-1', 'clusters/stage/us-east-2', ['prod stage', 'eu-west-1 us-east-2']],
  ]
  for (const [from, to, expected] of rows) {
    assert.deepEqual(
      wordPairs(from, to).map((pair) => pair.join(' ')),
      expected,
      `${from} ${to}`,
    )
  }
})

function side(cluster: string, env: string, domain: string, tag: string): SnapshotSpec {
  const release = (name: string, values: object) => ({
    ref: `HelmRelease/apps-${env}/${name}`,
    body: { spec: { values: { ...values, host: `${name}.${domain}` } } },
  })
  return {
    cluster,
    objects: [
      release('web', { tag, stage: env }),
      release('api', { bucket: `logs-${env}` }),
      { ref: 'Kustomization/flux-system/apps', body: { spec: { path: `./clusters/${env}/apps` } } },
    ],
  }
}

test('parameters are learned from a fleet, the most useful first', () => {
  const sides = [
    side('staging', 'staging', 'stage.example.com', '1.4.0'),
    side('production', 'prod', 'example.com', '1.5.0'),
  ]
  const suggestion = suggestParameters(inputOf(sides.map(snapshot)))
  assert.deepEqual(
    suggestion.candidates.map(({ name, values }) => [name, values]),
    [
      ['env', { staging: 'staging', production: 'prod' }],
      ['domain', { staging: 'stage.example.com', production: 'example.com' }],
    ],
  )
  assert.equal(suggestion.after, 1)
  assert.deepEqual(
    suggestion.pairs.map((refs) => refs.map(({ namespace, name }) => `${namespace}/${name}`)),
    [
      ['apps-staging/api', 'apps-prod/api'],
      ['apps-staging/web', 'apps-prod/web'],
    ],
  )
})

test('a cluster with the words of the first one has them as its parameters too', () => {
  const sides = [
    side('eu', 'prod', 'example.com', '1.5.0'),
    side('us', 'prod', 'example.com', '1.5.0'),
    side('test', 'staging', 'stage.example.com', '1.5.0'),
  ]
  const suggestion = suggestParameters(inputOf(sides.map(snapshot)))
  assert.deepEqual(
    suggestion.candidates.map(({ name, values }) => [name, values]),
    [
      ['env', { eu: 'prod', us: 'prod', test: 'staging' }],
      ['domain', { eu: 'example.com', us: 'example.com', test: 'stage.example.com' }],
    ],
  )
  assert.equal(suggestion.after, 0)
})

type Words = Readonly<Record<'env' | 'region' | 'domain' | 'account' | 'version' | 'tag' | 'memory' | 'mode', string>>

/** A fleet with its cluster in paths, codes of regions, and versions under promotion, as many have it. */
function cluster(name: string, { env, region, domain, account, ...own }: Words): SnapshotSpec {
  const release = (app: string) => ({
    ref: `HelmRelease/shop/${app}`,
    body: {
      spec: {
        chart: { spec: { chart: app, version: own.version } },
        values: {
          image: { repository: `registry.${region}.corp.io/${app}`, tag: own.tag },
          ingress: { host: `${app}.${domain}` },
          bucket: `logs-${region}-${app}`,
          account,
          mode: own.mode,
          memory: own.memory,
        },
      },
    },
  })
  const path = (part: string) => ({
    ref: `Kustomization/flux-system/${part}`,
    body: { spec: { path: `./clusters/${env}/${region}/${part}` } },
  })
  return { cluster: name, objects: [...['web', 'api', 'cart'].map(release), ...['apps', 'infra'].map(path)] }
}

const STAGE: Words = {
  env: 'stage',
  region: 'euw1',
  domain: 'stage.corp.io',
  account: '111122223333',
  version: '6.10.3',
  tag: 'main-3fa9c1e',
  memory: '512Mi',
  mode: 'debug',
}
const PROMOTED = { version: '6.11.0', tag: 'main-9bd02aa', memory: '1024Mi', mode: 'info' }

function suggested(a: SnapshotSpec, b: SnapshotSpec): string[] {
  const { candidates } = suggestParameters(inputOf([a, b].map(snapshot)))
  return candidates.map(({ name, values }) => `${name} ${Object.values(values).join(' ')}`)
}

test('versions, hashes, amounts and settings under promotion are no parameters', () => {
  assert.deepEqual(suggested(cluster('a', STAGE), cluster('b', { ...STAGE, ...PROMOTED })), [])
})

test('paths, codes of regions, suffixes of hosts and accounts are', () => {
  const prod = { env: 'prod', region: 'use1', domain: 'corp.io', account: '444455556666' }
  assert.deepEqual(suggested(cluster('a', STAGE), cluster('b', { ...STAGE, ...prod, ...PROMOTED })), [
    'region euw1 use1',
    'account 111122223333 444455556666',
    'domain stage.corp.io corp.io',
    'env stage prod',
  ])
})
