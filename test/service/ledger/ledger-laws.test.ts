import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Comparison, Drift } from '../../../src/model/comparison.ts'
import type { Ledger } from '../../../src/service/ledger/ledger.ts'
import {
  NO_FACTS,
  after,
  comparedAt,
  driftOf,
  EMPTY,
  findingOf,
  SEVERITIES_UP,
  type Unread,
} from './ledger-fixtures.ts'

const NAMES = ['a', 'b', 'c', 'd'] as const

const drift: fc.Arbitrary<Drift> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    production: fc.constantFrom('2m', '3m'),
    severity: fc.constantFrom(...SEVERITIES_UP),
    classification: fc.constantFrom('drift' as const, 'drift' as const, 'expected' as const),
  })
  .map(({ name, ...rest }) => driftOf(name, rest))

type Seen = { readonly drifts: readonly Drift[]; readonly skew: boolean; readonly unread: Unread }

const seen: fc.Arbitrary<Seen> = fc.record({
  drifts: fc.uniqueArray(drift, { selector: ({ ref }) => ref.name }),
  skew: fc.boolean(),
  unread: fc.constantFrom<Unread>(
    {},
    {},
    { kustomizations: 'forbidden' },
    { error: { code: 'cluster-unreachable', message: '', hint: '' } },
  ),
})

const damping = fc.constantFrom(1, 2, 3)
const story = fc.array(seen, { minLength: 1, maxLength: 8 })

function compared({ drifts, skew, unread }: Seen, hour: number): Comparison {
  return comparedAt(hour, drifts, skew ? [findingOf('dangling-reference')] : [], unread)
}

function told(parts: readonly Seen[], rules: { readonly damping: number }): Ledger {
  return parts.reduce<Ledger>((ledger, part, index) => after(ledger, compared(part, index), rules), EMPTY)
}

test('the same comparison a second time changes nothing but when things were last seen', () => {
  fc.assert(
    fc.property(story, damping, fc.boolean(), (parts, damping, moving) => {
      const rules = { damping, facts: { ...NO_FACTS, isRollingOut: () => moving } }
      const before = told(parts.slice(0, -1), rules)
      const last = compared(parts.at(-1)!, parts.length)
      const once = after(before, last, rules)
      const twice = after(once, last, rules)
      assert.deepEqual(twice.entries, once.entries)
      assert.deepEqual([twice.events, twice.dropped], [[], []])
    }),
  )
})

test('the order of entries, drifts and findings has no meaning', () => {
  fc.assert(
    fc.property(story, damping, (parts, damping) => {
      const reversed = parts.map((part) => ({ ...part, drifts: part.drifts.toReversed() }))
      const ledger = told(parts, { damping })
      assert.deepEqual(told(reversed, { damping }), ledger)
      const next = comparedAt(50, [driftOf('a')], [findingOf('x'), findingOf('y')])
      const other = { ...next, findings: next.findings.toReversed() }
      const mixed = { ...ledger, entries: ledger.entries.toReversed() }
      assert.deepEqual(after(mixed, other, { damping }), after(ledger, next, { damping }))
    }),
  )
})

test('nothing is resolved while a cluster cannot be read, and the entries are those that were or are seen', () => {
  fc.assert(
    fc.property(story, damping, (parts, damping) => {
      let ledger: Ledger = EMPTY
      for (const [hour, part] of parts.entries()) {
        const update = after(ledger, compared(part, hour), { damping })
        if (part.unread.error !== undefined || part.unread.kustomizations !== undefined) {
          const expected = new Set(
            part.drifts.flatMap(({ differences: [one] }) =>
              one!.classification === 'expected' ? [one!.fingerprint] : [],
            ),
          )
          const resolved = update.events.filter(({ kind }) => kind === 'resolved')
          assert.ok(resolved.every(({ fingerprint }) => expected.has(fingerprint)))
        }
        const appeared = update.events.filter(({ kind }) => kind === 'appeared' || kind === 'reopened')
        const open = (entries: Ledger['entries']) => entries.filter(({ state }) => state === 'open').length
        const resolved = update.events.filter(({ kind }) => kind === 'resolved').length
        assert.equal(open(update.entries), open(ledger.entries) + appeared.length - resolved)
        ledger = update
      }
    }),
  )
})
