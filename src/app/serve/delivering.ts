import { channelWithSecrets } from '../../config/channel-secrets.ts'
import type { Config } from '../../config/config.ts'
import { createFingerprintKey, keyedTag } from '../../flux/fingerprint.ts'
import { formOf } from '../../model/channel.ts'
import { canonicalJson } from '../../model/json.ts'
import { createNotifier } from '../../notify/create-notifier.ts'
import type { Async } from '../../service/async.ts'
import { SEND_REASONS } from '../../service/notifier.ts'
import type { Clock } from '../../service/ports.ts'
import type { ReportContext, ReportReads, ReportWrites } from '../../service/reports/report-store.ts'
import type { ReportingPorts } from '../../service/reports/report-views.ts'
import { createDeliverer, type Deliverer } from '../../workers/deliverer.ts'
import type { DeliveryAttempted } from '../../workers/send-delivery.ts'
import type { Log } from '../log.ts'
import { reportContextFor } from '../report-context.ts'
import type { Environment } from '../settings.ts'
import type { Metrics, MetricSources } from './metrics.ts'

export type DeliveringOptions = {
  readonly reads: Async<ReportReads>
  readonly writes: Async<ReportWrites>
  /** As configured now. */
  readonly config: () => Config
  /** Of the fingerprints. */
  readonly key: Uint8Array
  readonly env: Environment
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Pick<Metrics, 'delivered'>
}

/** Sends what is due to the channels of the configuration, with their secrets read anew for each message. */
export function startDelivering(options: DeliveringOptions): Deliverer {
  const { reads, writes, config, env, clock, log, metrics } = options
  return createDeliverer({
    reads,
    writes,
    notifier: createNotifier({
      channel: (name) => channelWithSecrets(config(), name, env),
      now: () => clock.now().getTime(),
    }),
    configured: (channel) => digestOf(options, channel),
    context: (name) => reportContextFor(config(), name) ?? unrouted(name),
    clock,
    chance: Math.random,
    later: (ms, work) => {
      const timer = setTimeout(work, ms)
      return () => clearTimeout(timer)
    },
    onAttempt: (attempted) => {
      metrics.delivered(attempted.delivery.channel, resultOf(attempted))
      logAttempt(log, attempted)
    },
    onEnabled: (channel, messages) => log.info('a channel takes messages again', { channel, messages }),
    onTrouble: (error) => log.warn('messages could not be delivered', {}, error),
  })
}

/** What the verbs about reports need: of the channels nothing that leads anywhere. */
export function reportingOf(
  config: () => Config,
  { enableChannel }: Pick<Async<ReportWrites>, 'enableChannel'>,
  wake: () => void,
): ReportingPorts {
  return {
    channels: () => config().channels.map(({ name, target }) => ({ name, form: formOf(target) })),
    context: (name) => reportContextFor(config(), name),
    enableChannel,
    wake,
  }
}

/** What the metrics ask when they are read. */
export function deliveryMetricsOf(
  reads: Pick<ReportReads, 'deliveryCounts' | 'disabledChannels'>,
  config: () => Config,
): Pick<MetricSources, 'pendingDeliveries' | 'disabledChannels'> {
  return {
    pendingDeliveries: () => readable(() => reads.deliveryCounts().pending),
    disabledChannels: () => {
      const disabled = readable(() => new Set(reads.disabledChannels().map(({ channel }) => channel)))
      return disabled && new Map(config().channels.map(({ name }) => [name, disabled.has(name)]))
    },
  }
}

/** Null where the database is away: other metrics tell it then. */
function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** Told to nobody: it is kept to see that a channel leads elsewhere, or with another token. */
function digestOf({ config, env, key }: DeliveringOptions, name: string): string | null {
  try {
    const channel = channelWithSecrets(config(), name, env)
    return keyedTag(createFingerprintKey(key), 'channel', canonicalJson(channel))
  } catch {
    return null
  }
}

function unrouted(name: string): ReportContext {
  return { name, routes: [], clusters: [], baseUrl: null, owners: [], secrets: 'presence' }
}

type Result = 'sent' | 'retry' | 'dead' | 'disabled'

function resultOf({ step }: DeliveryAttempted): Result {
  return step.state === 'pending' ? 'retry' : step.state
}

function logAttempt(log: Log, { delivery, step }: DeliveryAttempted): void {
  const { id, channel, report } = delivery
  const fields = { channel, report, message: id, attempts: delivery.attempts + 1 }
  if (step.state === 'sent') return log.info('message sent', fields)
  const why = { ...fields, reason: step.reason, said: `the channel ${SEND_REASONS[step.reason]}` }
  if (step.state === 'pending')
    return log.warn('message not sent yet', { ...why, next: new Date(step.nextAt).toISOString() })
  if (step.state === 'dead') return log.error('message lost', why)
  return log.error('channel disabled: it refused for good', why)
}
