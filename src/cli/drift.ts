import { openKeptHistory } from '../app/kept-history.ts'
import { AppError } from '../model/errors.ts'
import { durationToMs } from '../service/duration-ms.ts'
import { DRIFT_STATES, type DriftState } from '../service/ledger/ledger.ts'
import type { DriftNoting, DriftQuery } from '../service/service.ts'
import { renderList } from './data-output.ts'
import { localDesk, remoteDesk, type DriftDesk } from './drift-desk.ts'
import { listRows, viewText } from './drift-text.ts'
import { historyOf, severityOf, text, type Flags } from './flags.ts'
import { withService } from './remote.ts'
import type { Streams } from './streams.ts'

/** `flux-compare drift list`: what is in the ledger, newest first. */
export async function driftListCommand(flags: Flags, streams: Streams): Promise<number> {
  const limit = Number(text(flags, 'limit') ?? '100')
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
    throw new AppError('input-invalid', '--limit takes a whole number from 1 to 500')
  }
  return withDesk(flags, streams, { writes: false }, async (desk) => {
    const { items, next } = await desk.list(queryOf(flags), { limit, cursor: null })
    const format = text(flags, 'output') ?? 'table'
    if (items.length === 0 && format === 'table') await streams.stdout.write('No drift is known that fits.\n')
    else await streams.stdout.write(renderList(format, { items }, listRows(items, new Date())))
    if (next !== null) await streams.stderr.write(`There is more: only the newest ${limit} are listed (--limit).\n`)
    return 0
  })
}

/** `flux-compare drift show ID`: one entry with its timeline. */
export async function driftShowCommand(id: string, flags: Flags, streams: Streams): Promise<number> {
  return withDesk(flags, streams, { writes: false }, async (desk) => {
    const view = await desk.show(id)
    const format = text(flags, 'output') ?? 'text'
    const shown = format === 'text' ? viewText(view, new Date()) : renderList(format, view, { heads: [], rows: [] })
    await streams.stdout.write(shown)
    return 0
  })
}

/** `flux-compare drift ack|unack|mute|unmute ID`. */
export async function driftNoteCommand(
  id: string,
  noting: DriftNoting,
  flags: Flags,
  streams: Streams,
): Promise<number> {
  return withDesk(flags, streams, { writes: true }, async (desk) => {
    const { id: whole } = await desk.note(id, noting)
    await streams.stderr.write(`${DONE[noting.do]} ${whole}\n`)
    return 0
  })
}

const DONE = {
  acknowledge: 'acknowledged',
  unacknowledge: 'no longer acknowledged:',
  mute: 'muted',
  unmute: 'no longer muted:',
} as const

/** What `ack` says. */
export function acknowledgement(flags: Flags): DriftNoting {
  return { do: 'acknowledge', reason: text(flags, 'reason') ?? '', owner: text(flags, 'owner') }
}

/** What `mute` says. `--until` is a time, a date (its end, UTC) or a duration from now. */
export function muting(flags: Flags, now: Date): DriftNoting {
  const written = text(flags, 'until') ?? ''
  const ms = durationToMs(written)
  const time =
    ms === null
      ? Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(written) ? `${written}T23:59:59Z` : written)
      : now.getTime() + ms
  if (Number.isNaN(time)) {
    throw new AppError('input-invalid', `--until ${written} is no time`, {
      hint: 'Write a date (2026-12-01), a time (2026-12-01T08:00:00Z) or a duration (72h).',
    })
  }
  return { do: 'mute', until: new Date(time).toISOString(), reason: text(flags, 'reason') }
}

function queryOf(flags: Flags): DriftQuery {
  return {
    states: statesOf(text(flags, 'state')),
    severity: severityOf(flags),
    kind: text(flags, 'kind'),
    namespace: text(flags, 'namespace'),
    cluster: text(flags, 'cluster'),
    definition: text(flags, 'definition'),
  }
}

function statesOf(name: string | null): readonly DriftState[] {
  if (name === 'all') return []
  const state = DRIFT_STATES.find((known) => known === name)
  return state === undefined ? ['open', 'settling'] : [state]
}

type Use = (desk: DriftDesk) => Promise<number>

async function withDesk(flags: Flags, streams: Streams, { writes }: { writes: boolean }, use: Use): Promise<number> {
  if (typeof flags['server'] === 'string') {
    return withService(flags, streams, (client) => use(remoteDesk(client)))
  }
  const history = openKeptHistory(historyOf(flags) ?? undefined, streams.env, writes ? 'refuse' : 'read')
  try {
    return await use(localDesk(history, streams.env['USER'] ?? streams.env['USERNAME'] ?? 'command line'))
  } finally {
    history.close()
  }
}
