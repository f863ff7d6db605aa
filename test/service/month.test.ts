import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReportContext } from '../../src/service/reports/report-store.ts'
import type { Received } from '../notify/receiver.ts'
import { sampleRoute } from './sample-route.ts'
import { BEGIN, END, HOURS, OBJECTS, SCRIPT, WEEKDAYS } from './month-script.ts'
import { startMonth, type Month } from './month-world.ts'
import { namedComparison } from './named-comparison.ts'

const BERLIN = 'Europe/Berlin'
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const nights = { days: DAYS, from: 18 * 60, to: 8 * 60 }
const weekend = { days: ['sat', 'sun'] as const, from: 0, to: 24 * 60 }
const early = { days: DAYS, from: 0, to: 8 * 60 + 30 }

const ROUTES: Readonly<Record<string, ReportContext['routes']>> = {
  hourly: [
    sampleRoute({ channel: 'ops' }),
    sampleRoute({ channel: 'team', quiet: { timeZone: BERLIN, windows: [nights, weekend], exceptFrom: null } }),
  ],
  morning: [sampleRoute({ channel: 'lead', quiet: { timeZone: BERLIN, windows: [early], exceptFrom: null } })],
}

const hourly = namedComparison('hourly', { cron: '0 * * * *', timeZone: BERLIN })
const COMPARISONS = [
  {
    ...hourly,
    query: { ...hourly.query, targets: ['production', 'edge'] },
    clusters: ['staging', 'production', 'edge'],
    damping: 2,
  },
  namedComparison('morning', { cron: '0 8 * * 1-5', timeZone: BERLIN }),
]

type Payload = {
  readonly data: {
    readonly items: Readonly<Record<string, readonly { readonly ref: { readonly name: string } | null }[]>>
    readonly notCompared: readonly { readonly cluster: string; readonly fresh: boolean }[]
    readonly comparedAgain: readonly string[]
  }
}

/** What is news in a message, in the words of the script. */
function told({ at, request }: { readonly at: string; readonly request: Received }): string {
  const { items, notCompared, comparedAgain } = (JSON.parse(request.body) as Payload).data
  const named = (list: string): string[] => [...new Set(items[list]!.map(({ ref }) => ref?.name ?? '?'))].sort()
  const lists = {
    new: named('fresh'),
    worse: named('worsened'),
    back: named('reopened'),
    gone: named('resolved'),
    unread: notCompared.filter(({ fresh }) => fresh).map(({ cluster }) => cluster),
    read: comparedAgain,
  }
  const parts = Object.entries(lists).flatMap(([word, names]) =>
    names.length === 0 ? [] : `${word} ${names.join(', ')}`,
  )
  return `${at} ${request.path.slice(1)}: ${parts.join('; ')}`
}

async function play(month: Month): Promise<void> {
  for (const { at, does } of SCRIPT) {
    await month.passUntil(at)
    does(month.hands)
  }
  await month.passUntil(END)
}

test('a month delivers exactly the messages that its script calls for', { timeout: 240_000 }, async (t) => {
  const month = await startMonth(t, {
    clusters: ['staging', 'production', 'edge'],
    objects: OBJECTS,
    comparisons: COMPARISONS,
    routes: (name) => ROUTES[name]!,
    begin: BEGIN,
  })
  await play(month)
  assert.deepEqual(month.taken.map(told).sort(), SCRIPT.flatMap(({ tells }) => tells).sort())

  await t.test('only the message of the crash came twice, and under the same id', () => {
    const ids = month.taken.map(({ request }) => request.headers['webhook-id'])
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
    assert.equal(twice.length, 1)
    assert.deepEqual(month.taken.filter(({ request }) => request.headers['webhook-id'] === twice[0]).map(told), [
      '2026-10-22T15:00:00Z ops: new worker',
      '2026-10-22T15:05:00Z ops: new worker',
    ])
  })

  await t.test('each due time has exactly one record', () => {
    const outcomes = outcomesOf(month, 'hourly')
    assert.equal(outcomes.length, HOURS)
    assert.equal(new Set(outcomes.map(({ due }) => due)).size, HOURS)
    assert.deepEqual(
      outcomes.filter(({ trigger, outcome }) => outcome !== 'ran' || trigger !== 'schedule').map(({ what }) => what),
      [
        '2026-10-20T10:00:00.000Z missed down',
        '2026-10-20T11:00:00.000Z missed down',
        '2026-10-20T12:00:00.000Z missed down',
        '2026-10-20T13:00:00.000Z ran catch-up',
      ],
    )
    const mornings = outcomesOf(month, 'morning')
    assert.equal(mornings.length, WEEKDAYS)
    assert.ok(mornings.every(({ what }) => what.endsWith(' ran schedule')))
    assert.deepEqual([...new Set(mornings.map(({ due }) => due.slice(11, 16)))].sort(), ['06:00', '07:00'])
    assert.equal(mornings.filter(({ due }) => due.slice(11, 16) === '07:00').length, 5)
  })
})

function outcomesOf(month: Month, name: string) {
  const { items } = month.history().scheduleRecords({ name }, { limit: 1_000, cursor: null })
  return items.toReversed().map(({ due, outcome, reason, trigger }) => ({
    due,
    outcome,
    trigger,
    what: `${due} ${outcome} ${reason ?? trigger}`,
  }))
}
