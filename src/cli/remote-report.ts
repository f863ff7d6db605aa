import { AppError } from '../model/errors.ts'
import type { DriftReport } from '../model/drift-report.ts'
import type { ServiceClient } from '../app/remote/service-client.ts'
import type { PlannedRoute } from '../report/planned-route.ts'
import { text, type Flags } from './flags.ts'
import { withService } from './remote.ts'
import { exitCodeOfPlan, renderPlan, renderReport, reportFormatOf, routesOf } from './report-output.ts'
import type { Streams } from './streams.ts'

/** `report NAME --server`: the newest report of a service; with `--dry-run` what it says to each channel as these are configured now. */
export async function remoteReport(name: string, flags: Flags, streams: Streams): Promise<number> {
  const format = reportFormatOf(flags)
  return withService(flags, streams, async (client) => {
    const report = await newestReport(name, client)
    if (flags['dryRun'] !== true) {
      await streams.stdout.write(renderReport(report, format))
      return 0
    }
    const routes = routesOf(name, await messagesOf(report, client), text(flags, 'channel'))
    await streams.stdout.write(renderPlan({ report, routes }, format))
    return exitCodeOfPlan(routes)
  })
}

async function newestReport(name: string, client: ServiceClient): Promise<DriftReport> {
  const { items } = await client.get<{ items: readonly { id: string }[] }>('/reports', { name, limit: '1' })
  const [newest] = items
  if (newest !== undefined) return client.get<DriftReport>(pathOf(newest.id), { format: 'json' })
  throw new AppError('not-found', `the service has no report of ${name}`, {
    hint: `Make one with: flux-compare schedule run ${name} --server URL. The names are listed by: flux-compare schedule list --server URL`,
  })
}

type Message = Pick<PlannedRoute['messages'][number], 'part' | 'payload' | 'problems'> & {
  readonly channel: string
  readonly type: PlannedRoute['kind']
  readonly news: boolean
}

async function messagesOf({ id }: DriftReport, client: ServiceClient): Promise<PlannedRoute[]> {
  const { items } = await client.get<{ items: readonly Message[] }>(`${pathOf(id)}/messages`)
  return items.map(({ channel, type, news, part, payload, problems }) => ({
    route: channel,
    channel,
    kind: type,
    do: 'send',
    why: news ? 'change' : 'no-news',
    until: null,
    messages: [{ part, payload, problems }],
  }))
}

function pathOf(id: string): string {
  return `/reports/${encodeURIComponent(id)}`
}
