import type { RunningCluster } from '../../src/simulator/simulated-cluster.ts'
import { helmRelease } from '../clusters/support.ts'

/** What the script can do to the world. */
export type Hands = {
  readonly cluster: (name: 'staging' | 'production' | 'edge') => Pick<RunningCluster, 'apply' | 'remove' | 'setFaults'>
  /** The process ends; due times pass by without it. */
  readonly goDown: () => void
  /** The process is killed the next time that it has sent a message to this channel and has not written that down. */
  readonly killAfterSending: (channel: string) => void
  readonly start: () => void
  /** From now on the receiver answers with errors, or well again. */
  readonly breakReceiver: (isBroken: boolean) => void
}

/** `at`: from then on the clusters are so; the next full hour sees it. `tells`: which messages are called for, by time and channel. */
export type Row = {
  readonly at: string
  readonly happens: string
  readonly does: (hands: Hands) => void
  readonly tells: readonly string[]
}

/** The first hour of October 2026 in Berlin, and its end: 31 days and one hour, since summer time ends on the 25th. */
export const BEGIN = '2026-09-30T22:00:00Z'
export const END = '2026-10-31T23:00:00Z'
export const HOURS = 31 * 24 + 1
/** From the 1st (a Thursday) to the 30th. */
export const WEEKDAYS = 22

const release = (name: string, interval = '10m'): object => helmRelease(name, 'apps', { interval })
const NAMES = ['frontend', 'backend', 'worker', 'gateway', 'search', 'mail', 'billing']
const REPOSITORY = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'OCIRepository',
  metadata: { name: 'charts', namespace: 'apps' },
  spec: { interval: '10m', url: 'oci://registry.example.com/charts' },
}
/** The same on all three clusters. */
export const OBJECTS: readonly object[] = [REPOSITORY, ...NAMES.map((name) => release(name))]

type Cluster = Parameters<Hands['cluster']>[0]

function differs(cluster: Cluster, name: string, interval = '5m'): Row['does'] {
  return (hands) => hands.cluster(cluster).apply(release(name, interval))
}

function isWell(cluster: Cluster, name: string): Row['does'] {
  return (hands) => hands.cluster(cluster).apply(release(name))
}

const HELM = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps' }

/** Two hours there, two hours not, for thirty hours from Tuesday the 13th, 07:30. */
function flapping(): Row[] {
  const begin = Date.parse('2026-10-13T07:30:00Z')
  return Array.from({ length: 15 }, (_, turn): Row => {
    const isThere = turn % 2 === 0
    return {
      at: new Date(begin + turn * 2 * 3_600_000).toISOString(),
      happens: `backend differs${isThere ? '' : ' no longer'}, turn ${turn + 1}`,
      does: isThere ? differs('production', 'backend') : isWell('production', 'backend'),
      tells: FLAPS_TOLD[turn] ?? [],
    }
  })
}

/**
 * Seen at 8 and 9 (told), gone at 10; seen at 12 and 13 (back), gone at 14. From then on it comes back within a day and not for the first
 * time: it would have to stay for six hours. The morning comparison at 8 in Berlin (6 in UTC) never meets it.
 */
const FLAPS_TOLD: Readonly<Record<number, readonly string[]>> = {
  0: ['2026-10-13T09:00:00Z ops: new backend', '2026-10-13T09:00:00Z team: new backend'],
  1: ['2026-10-13T10:00:00Z ops: gone backend', '2026-10-13T10:00:00Z team: gone backend'],
  2: ['2026-10-13T13:00:00Z ops: back backend', '2026-10-13T13:00:00Z team: back backend'],
  3: ['2026-10-13T14:00:00Z ops: gone backend', '2026-10-13T14:00:00Z team: gone backend'],
}

/** From Wednesday the 28th, 08:30: an hour not to be read, an hour to be read; the fourth time it is for five hours. */
function edgeComesAndGoes(): Row[] {
  const begin = Date.parse('2026-10-28T08:30:00Z')
  return [0, 1, 2, 3, 4, 5, 6, 11].map((hours, turn): Row => {
    const isGone = turn % 2 === 0
    return {
      at: new Date(begin + hours * 3_600_000).toISOString(),
      happens: `edge can${isGone ? 'not' : ''} be read, turn ${turn + 1}`,
      does: isGone ? loses('edge') : finds('edge'),
      tells: EDGE_TOLD[turn] ?? [],
    }
  })
}

/** Two times a day are told. The fourth one lasts: it is told after three hours, at 15:00 + 3. For the team it is over in the morning. */
const EDGE_TOLD: Readonly<Record<number, readonly string[]>> = {
  0: ['2026-10-28T09:00:00Z ops: unread edge', '2026-10-28T09:00:00Z team: unread edge'],
  1: ['2026-10-28T10:00:00Z ops: read edge', '2026-10-28T10:00:00Z team: read edge'],
  2: ['2026-10-28T11:00:00Z ops: unread edge', '2026-10-28T11:00:00Z team: unread edge'],
  3: ['2026-10-28T12:00:00Z ops: read edge', '2026-10-28T12:00:00Z team: read edge'],
  6: ['2026-10-28T18:00:00Z ops: unread edge'],
  7: ['2026-10-28T20:00:00Z ops: read edge', '2026-10-29T07:00:00Z team: read edge'],
}

function loses(name: Cluster): Row['does'] {
  return ({ cluster }) => cluster(name).setFaults([{ match: {}, action: { kind: 'reset' } }])
}

function finds(name: Cluster): Row['does'] {
  return ({ cluster }) => cluster(name).setFaults([])
}

/**
 * The hourly comparison of all three clusters (a difference counts when it is seen twice) tells `ops` at once and `team` outside of its
 * quiet hours: from 18:00 to 8:00 in Berlin, and at the weekend. Production against staging is compared on weekdays at 8:00 in Berlin, and
 * tells `lead` when its quiet hours end, at 8:30. Berlin is two hours ahead of UTC, from the 25th on one.
 */
export const SCRIPT: readonly Row[] = [
  {
    at: '2026-10-02T08:30:00Z',
    happens: 'frontend differs in production, on a Friday',
    does: differs('production', 'frontend'),
    tells: [
      '2026-10-02T10:00:00Z ops: new frontend',
      '2026-10-02T10:00:00Z team: new frontend',
      '2026-10-05T06:30:00Z lead: new frontend',
    ],
  },
  {
    at: '2026-10-02T19:30:00Z',
    happens: 'it differs in another way: that is still the same difference',
    does: differs('production', 'frontend', '7m'),
    tells: [],
  },
  {
    at: '2026-10-06T13:30:00Z',
    happens: 'it is mended on Tuesday afternoon',
    does: isWell('production', 'frontend'),
    tells: [
      '2026-10-06T14:00:00Z ops: gone frontend',
      '2026-10-06T14:00:00Z team: gone frontend',
      '2026-10-07T06:30:00Z lead: gone frontend',
    ],
  },
  {
    at: '2026-10-07T09:30:00Z',
    happens: 'a rollout passes by on edge: seen once, it never counts',
    does: differs('edge', 'worker'),
    tells: [],
  },
  { at: '2026-10-07T10:30:00Z', happens: 'it is over', does: isWell('edge', 'worker'), tells: [] },
  {
    at: '2026-10-08T10:30:00Z',
    happens: 'edge cannot be read any more',
    does: loses('edge'),
    tells: ['2026-10-08T11:00:00Z ops: unread edge', '2026-10-08T11:00:00Z team: unread edge'],
  },
  {
    at: '2026-10-08T15:30:00Z',
    happens: 'it answers again; at 16:00 the team has its evening',
    does: finds('edge'),
    tells: ['2026-10-08T16:00:00Z ops: read edge', '2026-10-09T06:00:00Z team: read edge'],
  },
  ...flapping(),
  { at: '2026-10-14T13:30:00Z', happens: 'flapping ends', does: isWell('production', 'backend'), tells: [] },
  {
    at: '2026-10-15T20:30:00Z',
    happens: 'gateway is missing in production at half past ten in the evening, and for the rest of the month',
    does: ({ cluster }) => cluster('production').remove({ ...HELM, name: 'gateway' }),
    tells: [
      '2026-10-15T22:00:00Z ops: new gateway',
      '2026-10-16T06:00:00Z team: new gateway',
      '2026-10-16T06:30:00Z lead: new gateway',
    ],
  },
  {
    at: '2026-10-16T19:30:00Z',
    happens: 'search differs on edge on Friday night',
    does: differs('edge', 'search'),
    tells: ['2026-10-16T21:00:00Z ops: new search'],
  },
  {
    at: '2026-10-17T09:30:00Z',
    happens: 'and is mended on Saturday: on Monday the team hears that it was, and is over',
    does: isWell('edge', 'search'),
    tells: ['2026-10-17T10:00:00Z ops: gone search', '2026-10-19T06:00:00Z team: gone search'],
  },
  { at: '2026-10-20T09:15:00Z', happens: 'the service goes down', does: ({ goDown }) => goDown(), tells: [] },
  {
    at: '2026-10-20T11:30:00Z',
    happens: 'meanwhile backend differs in production, as it did a week ago; the mornings never knew',
    does: differs('production', 'backend'),
    tells: [
      '2026-10-20T14:00:00Z ops: back backend',
      '2026-10-20T14:00:00Z team: back backend',
      '2026-10-21T06:30:00Z lead: new backend',
    ],
  },
  {
    at: '2026-10-20T13:40:00Z',
    happens: 'the service is back: one run for 10:00 to 13:00, which sees backend, and that at 14:00 tells of it',
    does: ({ start }) => start(),
    tells: [],
  },
  {
    at: '2026-10-21T09:30:00Z',
    happens: 'backend is mended',
    does: isWell('production', 'backend'),
    tells: [
      '2026-10-21T10:00:00Z ops: gone backend',
      '2026-10-21T10:00:00Z team: gone backend',
      '2026-10-22T06:30:00Z lead: gone backend',
    ],
  },
  {
    at: '2026-10-22T13:30:00Z',
    happens: 'worker differs in production',
    does: differs('production', 'worker'),
    tells: [
      '2026-10-22T15:00:00Z ops: new worker',
      '2026-10-22T15:00:00Z team: new worker',
      '2026-10-23T06:30:00Z lead: new worker',
    ],
  },
  {
    at: '2026-10-22T14:30:00Z',
    happens: 'the service is killed at 15:00, when ops has its message and the service has not written that down',
    does: ({ killAfterSending }) => killAfterSending('ops'),
    tells: [],
  },
  {
    at: '2026-10-22T15:05:00Z',
    happens: 'it starts again, and cannot know: the one message that comes twice, under the same id',
    does: ({ start }) => start(),
    tells: ['2026-10-22T15:05:00Z ops: new worker'],
  },
  {
    at: '2026-10-23T09:30:00Z',
    happens: 'worker is mended on Friday',
    does: isWell('production', 'worker'),
    tells: ['2026-10-23T10:00:00Z ops: gone worker', '2026-10-23T10:00:00Z team: gone worker'],
  },
  {
    at: '2026-10-24T23:30:00Z',
    happens:
      'mail differs in production in the night in which the clock is set back (at 1:00 UTC): the hours 0:00 and 1:00 UTC are both 2:00 in Berlin',
    does: differs('production', 'mail'),
    tells: [
      '2026-10-25T01:00:00Z ops: new mail',
      '2026-10-26T07:00:00Z team: new mail',
      '2026-10-26T07:30:00Z lead: new mail; gone worker',
    ],
  },
  {
    at: '2026-10-27T08:30:00Z',
    happens: 'billing differs in production',
    does: differs('production', 'billing'),
    tells: ['2026-10-27T10:31:45Z ops: new billing', '2026-10-27T10:31:45Z team: new billing'],
  },
  {
    at: '2026-10-27T09:30:00Z',
    happens: 'for an hour the chat answers with errors: tries after 15, 30, 60 ... 960 seconds are refused',
    does: ({ breakReceiver }) => breakReceiver(true),
    tells: [],
  },
  {
    at: '2026-10-27T10:30:00Z',
    happens: 'it is well again; the next try was to be at 10:31:45',
    does: ({ breakReceiver }) => breakReceiver(false),
    tells: [],
  },
  {
    at: '2026-10-27T10:40:00Z',
    happens: 'billing is mended before the next morning: lead never hears of it',
    does: isWell('production', 'billing'),
    tells: ['2026-10-27T11:00:00Z ops: gone billing', '2026-10-27T11:00:00Z team: gone billing'],
  },
  ...edgeComesAndGoes(),
]
