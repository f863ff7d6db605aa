import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promotionLag, type ApplicationLag } from '../../../src/service/promotion/promotion-lag.ts'
import type { VersionStep } from '../../../src/service/promotion/version-store.ts'
import { ref } from '../../diff/builders.ts'

const SHA = (letter: string): string => letter.repeat(40)

/**
 * Steps of one application on one cluster: `2 1.0.0` is version 1.0.0 since day 2, where the snapshot of the day before showed something
 * else; `2? 1.0.0` where that is not known. `main:a` is a revision, `-` that it was not there.
 */
function line(cluster: string, written: string, object = 'HelmRelease/shop/web'): VersionStep[] {
  return written.split(', ').map((text) => {
    const [day = '', what = '', attempted] = text.split(' ')
    const number = Number.parseInt(day, 10)
    const revision = what.includes(':')
      ? what.replace(/^(.*):(.)$/, (_, name, sha) => `${name}@sha1:${SHA(sha)}`)
      : null
    const isThere = what !== '-'
    return {
      cluster,
      ref: ref(object),
      version: isThere && (revision === null || /^v\d/.test(what)) ? what.split(':')[0]! : null,
      revision,
      attempted: attempted ?? null,
      since: dayOf(number),
      after: day.endsWith('?') ? null : dayOf(number - 1),
    }
  })
}

function dayOf(number: number): string {
  return `2026-11-${String(number).padStart(2, '0')}T12:00:00.000Z`
}

type Question = { readonly baseline?: string | null; readonly clusters?: readonly string[] }

function lagOf(lines: readonly VersionStep[][], { baseline = 'staging', clusters }: Question = {}) {
  const all = clusters ?? [...new Set(lines.flat().map(({ cluster }) => cluster))]
  return promotionLag(lines.flat(), { baseline, clusters: all, nameOf: (object) => object })
}

function told([lag]: readonly ApplicationLag[]): Record<string, string> {
  return Object.fromEntries(
    (lag?.clusters ?? []).map(({ cluster, position, ahead, behind }) => [
      cluster,
      [
        position,
        ...(ahead ? ['ahead'] : []),
        ...(behind === null
          ? []
          : [`since ${days(behind.since)} after ${behind.after === null ? '?' : days(behind.after)}`]),
      ].join(' '),
    ]),
  )
}

function days(time: string): number {
  return Number(time.slice(8, 10))
}

test('a cluster is behind since the leader left what it has', () => {
  const lag = lagOf([line('staging', '1? 1.0.0, 4 1.1.0, 9 1.2.0'), line('production', '1? 1.0.0, 6 1.1.0')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 9 after 8' })
  assert.deepEqual(lag[0]!.behind, { since: dayOf(9), after: dayOf(8) })
  const [staging, production] = lag[0]!.clusters
  assert.deepEqual([staging!.version, staging!.since, staging!.after], ['1.2.0', dayOf(9), dayOf(8)])
  assert.deepEqual(
    [production!.version, production!.since, production!.ref],
    ['1.1.0', dayOf(6), ref('HelmRelease/shop/web')],
  )
})

test('an upgrade that came late and was outdated already counts from when it was outdated', () => {
  const lag = lagOf([line('staging', '1? 1.0.0, 2 1.1.0, 3 1.2.0'), line('production', '1? 1.0.0, 7 1.1.0')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 3 after 2' })
})

test('the last one counts, over many clusters', () => {
  const lag = lagOf([
    line('staging', '1? 1.0.0, 4 1.1.0, 9 1.2.0'),
    line('europe', '1? 1.0.0, 6 1.1.0'),
    line('america', '1? 1.0.0'),
    line('asia', '1? 1.0.0, 10 1.2.0'),
  ])
  assert.deepEqual(told(lag), {
    staging: 'leads',
    europe: 'behind since 9 after 8',
    america: 'behind since 4 after 3',
    asia: 'leads',
  })
  assert.deepEqual(lag[0]!.behind, { since: dayOf(4), after: dayOf(3) })
})

test('where the leader never had it in the kept time, it is behind at least since both are known', () => {
  const lag = lagOf([line('staging', '3? 1.2.0, 5 1.3.0'), line('production', '4? 1.0.0')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 4 after ?' })
})

test('a version that no snapshot of the leader showed lies between its neighbours', () => {
  const lag = lagOf([line('staging', '1? 1.0.0, 5 1.2.0'), line('production', '1? 1.0.0, 7 1.1.0')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 5 after 4' })
})

test('what was rolled back is behind since then', () => {
  const lag = lagOf([line('staging', '1? 1.0.0, 3 1.2.0'), line('production', '1? 1.0.0, 4 1.2.0, 8 1.0.0')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 8 after 7' })
  const both = lagOf([line('staging', '1? 1.0.0, 3 1.2.0, 6 1.3.0'), line('production', '1? 1.0.0, 4 1.2.0, 8 1.0.0')])
  assert.deepEqual(told(both), { staging: 'leads', production: 'behind since 6 after 5' })
})

test('an application that came back behind is so since it came back', () => {
  const lag = lagOf([line('staging', '1? 1.0.0, 3 1.2.0'), line('production', '1? 1.0.0, 4 -, 8 1.0.0')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 8 after 7' })
})

test('one version everywhere is no lag, also from other sources and with other build metadata', () => {
  assert.deepEqual(told(lagOf([line('staging', '1? v1.2.0'), line('production', '5 1.2.0+7')])), {
    staging: 'leads',
    production: 'leads',
  })
  assert.equal(lagOf([line('staging', '1? 1.2.0'), line('production', '5 1.2.0')])[0]!.behind, null)
})

test('production ahead of staging is told as such, and staging is behind', () => {
  const lag = lagOf([
    line('staging', '1? 1.0.0'),
    line('production', '1? 1.0.0, 6 1.1.0'),
    line('edge', '1? 1.0.0-rc.1'),
  ])
  assert.deepEqual(told(lag), {
    staging: 'behind since 6 after 5',
    production: 'leads ahead',
    edge: 'behind since 1 after ?',
  })
})

const KUSTOMIZATION = 'Kustomization/shop/web'
const git = (cluster: string, written: string): VersionStep[] => line(cluster, written, KUSTOMIZATION)

test('revisions have no order: the baseline leads', () => {
  const lag = lagOf([git('staging', '1? main:a, 3 main:b, 7 main:c'), git('production', '1? main:a, 5 main:b')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 7 after 6' })
})

test('revisions are the same by their checksums, whatever the branch is called', () => {
  const lag = lagOf([git('staging', '1? main:a, 3 main:b'), git('production', '1? release:a, 5 release:b')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'leads' })
  const renamed = lagOf([git('staging', '1? main:a, 3 main:b, 4 trunk:b'), git('production', '1? main:a')])
  assert.deepEqual(told(renamed), { staging: 'leads', production: 'behind since 3 after 2' })
  assert.equal(renamed[0]!.clusters[0]!.since, dayOf(3))
})

test('who was at what the baseline has and went on is ahead of it', () => {
  const lag = lagOf([git('staging', '1? main:a, 2 main:b'), git('production', '1? main:a, 3 main:b, 6 main:c')])
  assert.deepEqual(told(lag), { staging: 'behind since 6 after 5', production: 'leads ahead' })
})

test('a baseline that was rolled back still leads', () => {
  const lag = lagOf([git('staging', '1? main:a, 2 main:b, 8 main:a'), git('production', '1? main:a, 3 main:b')])
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 8 after 7' })
})

test('without a baseline the one that changed last leads, unless another moved past it', () => {
  const none = { baseline: null }
  const apart = lagOf([git('one', '1? main:a, 4 main:b'), git('two', '1? main:c, 6 main:d')], none)
  // They were never alike, so it is not known for how long.
  assert.deepEqual(told(apart), { one: 'behind since 1 after ?', two: 'leads' })
  const late = lagOf([git('one', '1? main:a, 2 main:b, 3 main:c'), git('two', '1? main:a, 6 main:b')], none)
  assert.deepEqual(told(late), { one: 'leads', two: 'behind since 3 after 2' })
})

test('where nobody was seen to change, they only differ', () => {
  const lag = lagOf([git('one', '1? main:a'), git('two', '2? main:b')], { baseline: null })
  assert.deepEqual(told(lag), { one: 'differs', two: 'differs' })
  assert.equal(lag[0]!.behind, null)
})

test('a tag and a branch have no order, a tag and a tag have one', () => {
  const mixed = lagOf([git('staging', '1? v1.2.0:a'), git('production', '1? v1.1.0:b'), git('edge', '1? main:c')])
  assert.deepEqual(told(mixed), {
    staging: 'leads',
    production: 'behind since 1 after ?',
    edge: 'behind since 1 after ?',
  })
  const baselineBelow = lagOf([
    git('staging', '1? v1.1.0:a'),
    git('production', '2 v1.2.0:b'),
    git('edge', '1? main:c'),
  ])
  assert.deepEqual(told(baselineBelow), {
    staging: 'behind since 2 after ?',
    production: 'leads ahead',
    edge: 'behind since 2 after ?',
  })
})

test('what is tried is told beside what is applied', () => {
  const lag = lagOf([line('staging', '1? 1.0.0, 3 1.1.0'), line('production', '1? 1.0.0, 4 1.0.0 1.1.0')])
  const production = lag[0]!.clusters[1]!
  assert.deepEqual(
    [production.version, production.attempted, production.since, production.after],
    ['1.0.0', '1.1.0', dayOf(1), null],
  )
  assert.deepEqual(told(lag)['production'], 'behind since 3 after 2')
})

test('an application on one cluster, or no longer on another, has no lag', () => {
  assert.deepEqual(lagOf([line('staging', '1? 1.0.0'), line('production', '1? 0.9.0, 4 -')]), [])
  assert.deepEqual(lagOf([line('staging', '1? 1.0.0')], { clusters: ['staging', 'production'] }), [])
})

test('the longest lag comes first, then what differs, then the rest by name', () => {
  const apps = ['a', 'b', 'c', 'd'].map((name) => `HelmRelease/shop/${name}`)
  const lag = lagOf([
    ...apps.map((app, index) => line('staging', index === 3 ? '1? 1.0.0' : `1? 1.0.0, ${9 - index} 1.1.0`, app)),
    ...apps.map((app) => line('production', app.endsWith('c') ? '1? 1.0.0, 9 1.1.0' : '1? 1.0.0', app)),
  ])
  assert.deepEqual(
    lag.map(({ ref: { name }, behind }) => [name, behind === null ? null : days(behind.since)]),
    [
      ['b', 8],
      ['a', 9],
      ['c', null],
      ['d', null],
    ],
  )
})

test('objects that clusters call differently are one application', () => {
  const steps = [
    ...line('staging', '1? 1.0.0, 3 1.1.0', 'HelmRelease/apps-staging/web'),
    ...line('production', '1? 1.0.0', 'HelmRelease/apps-prod/web'),
  ]
  const lag = promotionLag(steps, {
    baseline: 'staging',
    clusters: ['staging', 'production'],
    nameOf: (object) => ({ ...object, namespace: 'apps-${env}' }),
  })
  assert.deepEqual(told(lag), { staging: 'leads', production: 'behind since 3 after 2' })
  assert.equal(lag[0]!.ref.namespace, 'apps-staging')
  assert.deepEqual(
    lag[0]!.clusters.map((one) => one.ref.namespace),
    ['apps-staging', 'apps-prod'],
  )
})
