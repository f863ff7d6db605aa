import { loadRightConfig } from '../app/load-right-config.ts'
import { namedRequest } from '../app/named-request.ts'
import { plannedRoutes } from '../app/planned-routes.ts'
import { reportContextFor } from '../app/report-context.ts'
import { sendPending } from '../app/send-pending.ts'
import type { Workbench } from '../app/workbench.ts'
import { channelWithSecrets } from '../config/channel-secrets.ts'
import type { Config } from '../config/config.ts'
import { findConfigFile } from '../config/load-config.ts'
import { AppError } from '../model/errors.ts'
import { exactJson } from '../report/exact-json.ts'
import type { Clock, History } from '../service/ports.ts'
import { reportSides } from '../service/reports/report-sides.ts'
import type { DeliveryRecord, ReportContext, SavedReport } from '../service/reports/report-store.ts'
import { deliveryLines, exitCodeOfDeliveries, waitingWarnings } from './delivery-lines.ts'
import { text, type Flags } from './flags.ts'
import { exitCodeOfPlan, renderPlan, renderReport, reportFormatOf, routesOf } from './report-output.ts'
import type { Streams } from './streams.ts'
import { withWorkbench } from './with-workbench.ts'

const SEND_TIMEOUT_MS = 60_000

/** What one call of `report` is about. */
type Task = {
  readonly name: string
  readonly config: Config
  readonly context: ReportContext
  readonly flags: Flags
  readonly streams: Streams
  readonly clock: Clock
}

/**
 * `flux-compare report NAME`: reads the clusters of a comparison of the configuration, makes its report against the history of the command
 * line, and tells it to the channels. 0: told, or nothing to tell; 2: a message was not delivered.
 */
export async function reportCommand(
  name: string,
  flags: Flags,
  streams: Streams,
  clock: Clock = { now: () => new Date() },
): Promise<number> {
  reportFormatOf(flags)
  const config = configOf(flags, streams)
  const request = namedRequest(config, name)
  // What the command line compares is in its own history: a link to the service would lead nowhere.
  const context = { ...reportContextFor(config, name)!, baseUrl: null }
  const isDry = flags['dryRun'] === true
  if (!isDry) requireSendable(config, context, flags, streams)
  const channel = text(flags, 'channel')
  routesOf(name, context.routes, channel)
  return withWorkbench(
    flags,
    streams,
    async (workbench, stopProgress) => {
      const history = historyOf(workbench)
      const saved = await reportSides(request, context, { ...workbench.ports, history }, { isDry })
      stopProgress()
      const task = { name, config, context, flags, streams, clock }
      return isDry ? printPlan(saved, task, channel) : sendAndPrint(saved, task, workbench)
    },
    { config, clock },
  )
}

function configOf(flags: Flags, { env }: Streams): Config {
  const path = findConfigFile(text(flags, 'config'), env, process.cwd())
  // A worker has no channels to send to: what these need is checked where it is used.
  if (path !== null) return loadRightConfig({ path, env, role: 'worker' })
  throw new AppError('input-invalid', 'no configuration is named, and there is no flux-compare.yaml here', {
    hint: 'Name one with --config FILE. Its section comparisons says what a report is about (docs/notifications.md).',
  })
}

/** Before any cluster is read: a report that cannot be sent is not made. */
function requireSendable(config: Config, { routes }: ReportContext, flags: Flags, { env }: Streams): void {
  if (text(flags, 'channel') !== null) {
    throw new AppError('input-invalid', '--channel has no meaning without --dry-run', {
      hint: 'A report is told to every channel of its notify.',
    })
  }
  for (const channel of new Set(routes.map((route) => route.channel))) channelWithSecrets(config, channel, env)
}

function historyOf({ ports }: Workbench): History {
  if (ports.history !== null) return ports.history
  throw new TypeError('a report is made against a history')
}

async function printPlan(saved: SavedReport, task: Task, channel: string | null): Promise<number> {
  const routes = routesOf(task.name, plannedRoutes(saved, task.config), channel)
  await task.streams.stdout.write(renderPlan({ report: saved.report, routes }, reportFormatOf(task.flags)))
  return exitCodeOfPlan(routes)
}

async function sendAndPrint(saved: SavedReport, task: Task, workbench: Workbench): Promise<number> {
  const { flags, streams } = task
  const format = reportFormatOf(flags)
  const deliveries = await send(task, workbench)
  const lines = deliveryLines(saved, deliveries)
  if (format === 'json') {
    const routes = plannedRoutes(saved, task.config).map(({ messages: _messages, ...route }) => route)
    await streams.stdout.write(`${exactJson({ report: saved.report, routes, deliveries })}\n`)
  } else if (format === 'text') {
    await streams.stdout.write(`${renderReport(saved.report, format)}\nDELIVERY\n${lines.join('\n')}\n`)
  } else {
    await streams.stdout.write(renderReport(saved.report, format))
    await streams.stderr.write(`${lines.join('\n')}\n`)
  }
  return exitCodeOfDeliveries(deliveries)
}

async function send({ config, flags, streams, clock }: Task, workbench: Workbench): Promise<readonly DeliveryRecord[]> {
  const timeout = flags['sendTimeout']
  return sendPending({
    history: historyOf(workbench),
    config,
    env: streams.env,
    clock,
    timeoutMs: typeof timeout === 'number' ? timeout : SEND_TIMEOUT_MS,
    log: waitingWarnings(streams),
    signal: workbench.ports.signal,
  })
}
