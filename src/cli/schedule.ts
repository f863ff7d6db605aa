import type { ServiceClient } from '../app/remote/service-client.ts'
import { AppError } from '../model/errors.ts'
import type { RunRecord } from '../service/runs.ts'
import type { ScheduleRecord } from '../service/schedules/schedule-store.ts'
import type { ScheduleView } from '../service/schedules/schedule-view.ts'
import { renderList } from './data-output.ts'
import { text, type Flags } from './flags.ts'
import { withService } from './remote.ts'
import type { Streams } from './streams.ts'
import { printable, renderTable } from './table.ts'

type Items<T> = { readonly items: readonly T[] }

/** `flux-compare schedule list --server URL`. */
export async function scheduleListCommand(flags: Flags, streams: Streams): Promise<number> {
  return withService(flags, streams, async (client) => {
    const { items } = await client.get<Items<ScheduleView>>('/schedules')
    const format = text(flags, 'output') ?? 'table'
    if (items.length === 0 && format === 'table') {
      await streams.stdout.write('The configuration of the service has no comparisons.\n')
      return 0
    }
    const heads = ['NAME', 'WHEN', 'NEXT', 'LAST', 'STATE']
    const rows = items.map((view) => [view.name, whenOf(view), view.nextDue ?? '-', lastOf(view), stateOf(view)])
    await streams.stdout.write(renderList(format, { items }, { heads, rows }))
    return 0
  })
}

/** `flux-compare schedule show NAME --server URL`. */
export async function scheduleShowCommand(name: string, flags: Flags, streams: Streams): Promise<number> {
  const limit = text(flags, 'limit') ?? '20'
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 500) {
    throw new AppError('input-invalid', '--limit takes a whole number from 1 to 500')
  }
  return withService(flags, streams, async (client) => {
    const view = await client.get<ScheduleView>(pathOf(name))
    const records = await client.get<Items<ScheduleRecord>>(`${pathOf(name)}/records`, { limit })
    const format = text(flags, 'output') ?? 'text'
    const shown =
      format === 'text'
        ? viewText(view, records.items)
        : renderList(format, { ...view, records: records.items }, { heads: [], rows: [] })
    await streams.stdout.write(shown)
    return 0
  })
}

/** `flux-compare schedule pause|resume|run NAME --server URL`. A run is not waited for. */
export async function scheduleChangeCommand(
  change: 'pause' | 'resume' | 'run',
  name: string,
  flags: Flags,
  streams: Streams,
): Promise<number> {
  return withService(flags, streams, async (client) => {
    const said = await changed(client, change, { name, reason: text(flags, 'reason') })
    await streams.stderr.write(`${printable(said)}\n`)
    return 0
  })
}

type Asked = { readonly name: string; readonly reason: string | null }

async function changed(
  client: ServiceClient,
  change: 'pause' | 'resume' | 'run',
  { name, reason }: Asked,
): Promise<string> {
  const path = `${pathOf(name)}/${change}`
  if (change === 'run') {
    const { id } = await client.post<RunRecord>(path)
    return `${id} is under way; its result: flux-compare show ${id} --server URL`
  }
  const view = await client.post<ScheduleView>(path, change === 'pause' ? { reason } : {})
  if (view.paused !== null) return `${name} is paused`
  return `${name} runs again${view.nextDue === null ? '' : `, next at ${view.nextDue}`}`
}

function pathOf(name: string): string {
  return `/schedules/${encodeURIComponent(name)}`
}

function whenOf({ schedule }: ScheduleView): string {
  return schedule === null ? 'on request' : `${schedule.cron} ${schedule.timeZone}`
}

function lastOf({ lastRecord }: ScheduleView): string {
  return lastRecord === null ? '-' : `${lastRecord.due} ${becameOf(lastRecord)}`
}

function becameOf({ outcome, reason, trigger }: ScheduleRecord): string {
  if (reason !== null) return `${outcome} (${reason})`
  return trigger === 'schedule' ? outcome : `${outcome} (${trigger})`
}

function stateOf({ paused, running }: ScheduleView): string {
  const why = paused?.reason ? `: ${paused.reason}` : ''
  const parts = [
    ...(paused === null ? [] : [`paused by ${paused.by} since ${paused.at}${why}`]),
    ...(running === null ? [] : [`${running} is under way`]),
  ]
  return parts.length === 0 ? '-' : parts.join('; ')
}

/** One schedule for people. */
function viewText(view: ScheduleView, records: readonly ScheduleRecord[]): string {
  const { name, baseline, targets, channels, nextDue, lastReport } = view
  const sides = baseline === null ? targets.join(', ') : `${targets.join(', ')} with ${baseline}`
  const lines = [
    `${name}, comparing ${sides}`,
    `runs: ${whenOf(view)}${nextDue === null ? '' : `, next at ${nextDue}`}`,
    `state: ${stateOf(view)}`,
    `tells: ${channels.length === 0 ? 'nobody' : channels.join(', ')}`,
    ...(lastReport === null ? [] : [`last report: ${lastReport.id} at ${lastReport.at}, ${lastReport.verdict}`]),
  ]
  const rows = records.map((record) => [record.due, becameOf(record), record.run ?? record.message ?? ''])
  const table = rows.length === 0 ? '' : `\n${renderTable(['DUE', 'OUTCOME', 'DETAIL'], rows)}`
  return `${lines.map(printable).join('\n')}\n${table}`
}
