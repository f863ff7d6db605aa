import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison, ProofAnswer } from '../../../src/model/comparison.ts'
import type { Ledger, LedgerEntry } from '../../../src/service/ledger/ledger.ts'
import { updateLedger, type LedgerUpdate } from '../../../src/service/ledger/update-ledger.ts'
import { NO_FACTS, after, comparedAt, driftOf, EMPTY, findingOf, kindsIn, timeAt } from './ledger-fixtures.ts'

const UNREACHABLE = { code: 'cluster-unreachable', message: 'no route', hint: '' } as const

function entryOf({ entries }: Ledger, fingerprint: string): LedgerEntry {
  const entry = entries.find((one) => one.fingerprint === fingerprint)
  assert.ok(entry, `no entry ${fingerprint}`)
  return entry
}

test('a difference and a finding appear, go on, and are resolved', () => {
  const first = after(EMPTY, comparedAt(1, [driftOf('a')], [findingOf('dangling-reference')]))
  assert.deepEqual(kindsIn(first), { 'f-a': 'new', 'f-dangling-reference': 'new' })
  const second = after(first, comparedAt(2, [driftOf('a'), driftOf('b')]))
  assert.deepEqual(kindsIn(second), { 'f-a': 'ongoing', 'f-b': 'new', 'f-dangling-reference': 'resolved' })
  const { firstSeen, lastSeen, sightings, appearances, state, since } = entryOf(second, 'f-a')
  assert.deepEqual([firstSeen, lastSeen, sightings, appearances, state], [timeAt(1), timeAt(2), 2, 1, 'open'])
  assert.deepEqual([since.comparison, since.before], ['run_1', null])
  assert.deepEqual(entryOf(second, 'f-b').since.before, { staging: 'snap_s1', production: 'snap_p1' })
  const finding = entryOf(second, 'f-dangling-reference')
  assert.deepEqual([finding.state, finding.resolvedAt, finding.resolution], ['resolved', timeAt(2), 'gone'])
  assert.deepEqual(
    second.events.map(({ fingerprint, kind, comparison }) => [fingerprint, kind, comparison]),
    [
      ['f-b', 'appeared', 'run_2'],
      ['f-dangling-reference', 'resolved', 'run_2'],
    ],
  )
})

test('derived, expected and parametric differences are no entries; one that becomes expected is resolved as explained', () => {
  const derived = driftOf('derived', { derivedFrom: ['f-x'] })
  const expected = driftOf('expected', { classification: 'expected' })
  const parametric = driftOf('parametric', { classification: 'parametric' })
  assert.deepEqual(after(EMPTY, comparedAt(1, [derived, expected, parametric])).entries, [])
  const open = after(EMPTY, comparedAt(1, [driftOf('expected')]))
  const update = after(open, comparedAt(2, [expected]))
  assert.deepEqual(kindsIn(update), { 'f-expected': 'resolved' })
  assert.equal(entryOf(update, 'f-expected').resolution, 'explained')
})

test('another value is a change; a higher severity is worse and ends an acknowledgement, a lower one does not', () => {
  const first = after(EMPTY, comparedAt(1, [driftOf('a')]))
  const acknowledged = { by: 'ada', at: timeAt(1), reason: 'known', owner: null }
  const known = { ...first, entries: first.entries.map((entry) => ({ ...entry, acknowledged })) }
  const changed = after(known, comparedAt(2, [driftOf('a', { production: '10m' })]))
  assert.deepEqual(kindsIn(changed), { 'f-a': 'changed' })
  assert.deepEqual(entryOf(changed, 'f-a').acknowledged, acknowledged)
  const worse = after(changed, comparedAt(3, [driftOf('a', { production: '20m', severity: 'high' })]))
  assert.deepEqual(worse.changes, [{ fingerprint: 'f-a', kind: 'worsened', previousSeverity: 'low' }])
  assert.deepEqual(
    worse.events.map(({ kind, severity, previousSeverity }) => [kind, severity, previousSeverity]),
    [
      ['changed', 'high', null],
      ['worsened', 'high', 'low'],
    ],
  )
  assert.equal(entryOf(worse, 'f-a').acknowledged, null)
  const eased = after(worse, comparedAt(4, [driftOf('a', { production: '20m', severity: 'medium' })]))
  assert.deepEqual(kindsIn(eased), { 'f-a': 'ongoing' })
  assert.equal(entryOf(eased, 'f-a').severity, 'medium')
})

test('what comes back is reopened, counted, and no longer acknowledged; a mute stays', () => {
  const first = after(EMPTY, comparedAt(1, [driftOf('a')]))
  const noted = first.entries.map((entry) => ({
    ...entry,
    acknowledged: { by: 'ada', at: timeAt(1), reason: 'known', owner: 'team' },
    muted: { by: 'ada', at: timeAt(1), until: timeAt(90), reason: null },
  }))
  const gone = after({ ...first, entries: noted }, comparedAt(2, []))
  assert.equal(entryOf(gone, 'f-a').acknowledged?.by, 'ada')
  const back = after(gone, comparedAt(3, [driftOf('a')]))
  assert.deepEqual(kindsIn(back), { 'f-a': 'reopened' })
  const { acknowledged, muted, appearances, firstSeen, resolvedAt, since, resolution } = entryOf(back, 'f-a')
  assert.deepEqual([acknowledged, muted?.until, appearances], [null, timeAt(90), 2])
  assert.deepEqual([firstSeen, resolvedAt, since.at, resolution], [timeAt(1), timeAt(2), timeAt(3), null])
})

test('with a damping of two, what is seen once is settling, and what flaps is never told', () => {
  const damping = { damping: 2 }
  const once = after(EMPTY, comparedAt(1, [driftOf('a'), driftOf('flap')]), damping)
  assert.deepEqual(kindsIn(once), { 'f-a': 'settling', 'f-flap': 'settling' })
  assert.deepEqual(once.events, [])
  const twice = after(once, comparedAt(2, [driftOf('a')]), damping)
  assert.deepEqual([kindsIn(twice), twice.dropped], [{ 'f-a': 'new' }, ['f-flap']])
  assert.equal(entryOf(twice, 'f-a').since.comparison, 'run_1')
  const gone = after(twice, comparedAt(3, []), damping)
  const flapped = after(after(gone, comparedAt(4, [driftOf('a')]), damping), comparedAt(5, []), damping)
  assert.deepEqual([flapped.changes, flapped.events, flapped.dropped], [[], [], []])
  assert.deepEqual([entryOf(flapped, 'f-a').state, entryOf(flapped, 'f-a').resolvedAt], ['resolved', timeAt(3)])
})

test('what comes and goes is told twice; then it must stay for six hours, or away for a day, before it is back', () => {
  const turns: readonly (readonly [hour: number, isThere: boolean, told: string | undefined])[] = [
    [1, true, 'new'],
    [2, false, 'resolved'],
    [3, true, 'reopened'],
    [4, false, 'resolved'],
    [5, true, 'settling'],
    [6, false, undefined],
    [7, true, 'settling'],
  ]
  let flapping: Ledger = EMPTY
  for (const [hour, isThere, told] of turns) {
    const update = after(flapping, comparedAt(hour, isThere ? [driftOf('a')] : []))
    assert.equal(kindsIn(update)['f-a'], told, `hour ${hour}`)
    flapping = update
  }
  const still = after(flapping, comparedAt(12.9, [driftOf('a')]))
  assert.deepEqual(kindsIn(still), { 'f-a': 'settling' })
  assert.deepEqual(kindsIn(after(still, comparedAt(13, [driftOf('a')]))), { 'f-a': 'reopened' })
  const away = after(flapping, comparedAt(8, []))
  assert.deepEqual(kindsIn(after(away, comparedAt(27.9, [driftOf('a')]))), { 'f-a': 'settling' })
  assert.deepEqual(kindsIn(after(away, comparedAt(28, [driftOf('a')]))), { 'f-a': 'reopened' })
})

test('while an object is rolling out its drift settles, but not for more than an hour', () => {
  const facts = { ...NO_FACTS, isRollingOut: () => true }
  const first = after(EMPTY, comparedAt(1, [driftOf('a')], [findingOf('dangling-reference')]), { facts })
  assert.deepEqual(kindsIn(first), { 'f-a': 'settling', 'f-dangling-reference': 'new' })
  assert.deepEqual(kindsIn(after(first, comparedAt(1.5, [driftOf('a')]), { facts }))['f-a'], 'settling')
  assert.deepEqual(kindsIn(after(first, comparedAt(2, [driftOf('a')]), { facts }))['f-a'], 'new')
  assert.deepEqual(kindsIn(after(first, comparedAt(1.5, [driftOf('a')])))['f-a'], 'new')
})

test('a cluster or kind that could not be read freezes what it has a part in, and nothing is news when it is back', () => {
  const first = after(EMPTY, comparedAt(1, [driftOf('a')], [findingOf('dangling-reference')]))
  const unread = findingOf('cluster-unread')
  for (const [findings, blind] of [
    [[unread], { error: UNREACHABLE }],
    [[findingOf('coverage-forbidden')], { kustomizations: 'forbidden' }],
    [[findingOf('coverage-partial')], { kustomizations: 'partial' }],
  ] as const) {
    const frozen = after(first, comparedAt(2, [], findings, blind))
    const kinds = kindsIn(frozen)
    assert.deepEqual([kinds['f-a'], kinds['f-dangling-reference']], ['frozen', 'frozen'])
    assert.equal(entryOf(frozen, 'f-a').frozenSince, timeAt(2))
    const still = after(frozen, comparedAt(3, [], findings, blind))
    assert.equal(entryOf(still, 'f-a').frozenSince, timeAt(2))
    const back = after(still, comparedAt(4, [driftOf('a')], [findingOf('dangling-reference')]))
    assert.deepEqual(kindsIn(back), {
      'f-a': 'ongoing',
      'f-dangling-reference': 'ongoing',
      [findings[0].fingerprint]: 'resolved',
    })
    assert.equal(entryOf(back, 'f-a').frozenSince, null)
  }
})

test('an object of which nothing is known on one side, or that is too large to compare, freezes too', () => {
  const first = after(EMPTY, comparedAt(1, [driftOf('a')]))
  const elsewhere = driftOf(
    'a',
    { fingerprint: 'f-other' },
    { presence: { staging: 'present', production: 'unknown' } },
  )
  assert.equal(kindsIn(after(first, comparedAt(2, [elsewhere])))['f-a'], 'frozen')
  const { ref } = driftOf('a')
  const large = findingOf('object-too-large', { ref })
  assert.equal(kindsIn(after(first, comparedAt(2, [], [large])))['f-a'], 'frozen')
  assert.equal(kindsIn(after(first, comparedAt(2, [], [{ ...large, clusters: ['edge'] }])))['f-a'], 'resolved')
})

test('what digests proved different is resolved by a proof of the contrary, and by nothing less', () => {
  const masks = { staging: { masked: 'hmac:k:a' }, production: { masked: 'hmac:k:b' } }
  const first = after(EMPTY, comparedAt(1, [driftOf('a', { layer: 'substitutions', path: '', ...masks })]))
  const answered = (hour: number, answer: ProofAnswer): Comparison => {
    const proof = {
      ref: driftOf('a').ref,
      layer: 'substitutions' as const,
      by: 'status.history[0].digest',
      against: 'staging',
      answers: { production: answer },
      unread: { production: ['Secret/apps/keys'] },
      revisions: {},
    }
    return { ...comparedAt(hour, []), proofs: [proof] }
  }
  const second = after(first, answered(2, 'unknown'))
  assert.equal(kindsIn(second)['f-a'], 'frozen')
  assert.equal(kindsIn(after(second, answered(3, 'proven-equal')))['f-a'], 'resolved')
  const leaf = after(EMPTY, comparedAt(1, [driftOf('a', { layer: 'substitutions', path: 'zone' })]))
  const secrets = { group: '', kind: 'Secret', version: 'v1', objects: 0, status: 'forbidden', scopes: [] } as const
  const unread = answered(2, 'proven-equal')
  const clusters = unread.clusters.map((cluster) => ({ ...cluster, coverage: [...cluster.coverage, secrets] }))
  assert.equal(kindsIn(after(leaf, { ...unread, clusters }))['f-a'], 'frozen')
  // All could be read, and nothing differs.
  assert.equal(kindsIn(after(second, comparedAt(3, [])))['f-a'], 'resolved')
})

test('a secret under another key is frozen; a plain value beside it is not', () => {
  const secret = driftOf('secret', { staging: { masked: 'hmac:k:a' }, production: { masked: 'hmac:k:b' } })
  const first = after(EMPTY, comparedAt(1, [secret, driftOf('plain')]))
  const update = after(first, comparedAt(2, [], [findingOf('fingerprint-key-mismatch')]))
  assert.deepEqual([kindsIn(update)['f-secret'], kindsIn(update)['f-plain']], ['frozen', 'resolved'])
})

test('a cluster of three that cannot be read changes nothing about what the others still show', () => {
  const values = { staging: '1m', production: '5m', edge: '5m' }
  const all = { staging: 'present', production: 'present', edge: 'present' } as const
  const changes = { production: 'changed', edge: 'changed' } as const
  const first = after(EMPTY, comparedAt(1, [driftOf('a', { values, changes }, { presence: all })]))
  const blind = driftOf(
    'a',
    {
      values: { staging: '1m', production: '5m' },
      changes: { production: 'changed' },
      unknown: { edge: 'cluster-unreachable' },
    },
    { presence: { ...all, edge: 'unknown' } },
  )
  const second = after(first, comparedAt(2, [blind]))
  assert.deepEqual(kindsIn(second), { 'f-a': 'ongoing' })
  assert.deepEqual(entryOf(second, 'f-a').item.clusters.toSorted(), ['edge', 'production'])
  const back = after(
    second,
    comparedAt(3, [driftOf('a', { values: { ...values, edge: '9m' }, changes }, { presence: all })]),
  )
  assert.deepEqual(kindsIn(back), { 'f-a': 'changed' })
})

test('what is by choice not read any more is no longer compared, and what other rules hide is told so', () => {
  const first = after(EMPTY, comparedAt(1, [driftOf('a')]))
  const narrowed = after(first, comparedAt(2, [], [], { kustomizations: 'not-asked' }))
  assert.equal(entryOf(narrowed, 'f-a').resolution, 'not-compared')
  const ruled = after(first, comparedAt(2, []), { rules: 'sha256:other' })
  assert.equal(entryOf(ruled, 'f-a').resolution, 'rules-changed')
})

test('a comparison of older snapshots changes nothing', () => {
  const second = after(EMPTY, comparedAt(2, [driftOf('a')]))
  const task = { now: timeAt(3), rules: 'r', damping: 1, facts: NO_FACTS }
  assert.equal(updateLedger(second, comparedAt(1, []), task), null)
})

test('revisions are those of the snapshots in which it appeared', () => {
  const facts = { ...NO_FACTS, revisions: () => ({ staging: 'main@sha1:aa', production: 'main@sha1:bb' }) }
  const first = after(EMPTY, comparedAt(1, [driftOf('a')]), { facts })
  const later = { ...NO_FACTS, revisions: () => ({ staging: 'main@sha1:cc' }) }
  const changed = after(first, comparedAt(2, [driftOf('a', { production: '7m' })]), { facts: later })
  assert.deepEqual(entryOf(changed, 'f-a').since.revisions, { staging: 'main@sha1:aa', production: 'main@sha1:bb' })
  assert.deepEqual(changed.events[0]?.revisions, { staging: 'main@sha1:cc' })
})

test('long texts of values are cut, and whole values decide what has changed', () => {
  const long = 'x'.repeat(10_000)
  const first = after(EMPTY, comparedAt(1, [driftOf('a', { production: `${long}1` })]))
  assert.equal(entryOf(first, 'f-a').item.values['production'], `${'x'.repeat(400)}…`)
  const second = after(first, comparedAt(2, [driftOf('a', { production: `${long}2` })]))
  assert.deepEqual(kindsIn(second), { 'f-a': 'changed' })
})

test('while nothing of the baseline can be read, nothing begins, changes or ends', () => {
  const before = after(EMPTY, comparedAt(1, [driftOf('a'), driftOf('b')], [findingOf('some-code')]))
  const error = { code: 'cluster-unreachable', message: 'staging cannot be reached', hint: '' } as const
  const unread = findingOf('cluster-unread', { clusters: ['staging'] })
  const away = comparedAt(2, [driftOf('a', { severity: 'high' }), driftOf('new')], [unread, findingOf('other-code')])
  const blind = {
    ...away,
    clusters: away.clusters.map((one) => (one.name === 'staging' ? { ...one, error, coverage: [] } : one)),
  }
  const during = after(before, blind)
  const kinds = ({ changes }: LedgerUpdate): string[] =>
    changes.map(({ fingerprint, kind }) => `${fingerprint} ${kind}`)
  assert.deepEqual(kinds(during), ['f-a frozen', 'f-b frozen', 'f-cluster-unread new', 'f-some-code frozen'])
  const back = after(during, comparedAt(3, [driftOf('a'), driftOf('new')], [findingOf('some-code')]))
  assert.deepEqual(kinds(back), [
    'f-a ongoing',
    'f-b resolved',
    'f-cluster-unread resolved',
    'f-new new',
    'f-some-code ongoing',
  ])
})

test('a finding that lacks but a cluster that could not be read is the one that is known', () => {
  const both = findingOf('some-code', { clusters: ['staging', 'production'] })
  const one = findingOf('some-code', { clusters: ['staging'], fingerprint: 'f-rest' })
  const before = after(EMPTY, comparedAt(1, [], [both]))
  const during = after(before, comparedAt(2, [], [one], { error: UNREACHABLE }))
  assert.deepEqual(
    during.changes.map(({ fingerprint, kind }) => `${fingerprint} ${kind}`),
    ['f-some-code frozen'],
  )
  const back = after(during, comparedAt(3, [], [both]))
  assert.deepEqual(
    back.changes.map(({ fingerprint, kind }) => `${fingerprint} ${kind}`),
    ['f-some-code ongoing'],
  )
  const other = after(during, comparedAt(3, [], [one]))
  assert.deepEqual(
    other.changes.map(({ fingerprint, kind }) => `${fingerprint} ${kind}`),
    ['f-rest new', 'f-some-code resolved'],
  )
})

test('while nothing of a target can be read, what is said of all clusters neither begins nor ends', () => {
  const before = after(EMPTY, comparedAt(1, [], [findingOf('rule-not-checked', { clusters: ['staging'] })]))
  const found = [findingOf('rule-not-checked', { clusters: ['staging'] }), findingOf('suspended-everywhere')]
  const during = after(before, comparedAt(2, [driftOf('a')], found, { error: UNREACHABLE }))
  assert.deepEqual(
    during.changes.map(({ fingerprint, kind }) => `${fingerprint} ${kind}`),
    ['f-a new', 'f-rule-not-checked frozen'],
  )
})
