import type { Log } from '../app/log.ts'
import { asAppError } from '../model/errors.ts'
import { planWords } from '../report/planned-route.ts'
import { safeLine } from '../report/terminal.ts'
import { SEND_REASONS } from '../service/notifier.ts'
import type { DeliveryRecord, SavedReport } from '../service/reports/report-store.ts'
import type { Streams } from './streams.ts'

/** What became of a report, route by route, and of what had been pending. */
export function deliveryLines({ report, routes }: SavedReport, deliveries: readonly DeliveryRecord[]): string[] {
  const silent = routes.flatMap(({ route, decision }) => {
    if (decision.do === 'send') return []
    const until = decision.do === 'postpone' ? new Date(decision.until).toISOString() : null
    return [`${safeLine(route)}  ${planWords({ ...decision, until })}`]
  })
  const lines = [...silent, ...deliveries.map((delivery) => deliveryLine(delivery, report.id))]
  return lines.length === 0 ? ['none: notify of the comparison names no channel'] : lines
}

function deliveryLine({ channel, part, report, name, createdAt, ...delivery }: DeliveryRecord, id: string): string {
  const of = report === id ? '' : `  (${safeLine(name)} of ${createdAt})`
  return `${safeLine(channel)}  ${part === '' ? '' : `${safeLine(part)}: `}${stateWords(delivery)}${of}`
}

function stateWords({ state, reason }: Pick<DeliveryRecord, 'state' | 'reason'>): string {
  if (state === 'sent') return 'sent'
  const why = reason === null ? 'it waits behind an earlier message' : `the channel ${SEND_REASONS[reason]}`
  if (state === 'dead') return `lost: ${why}`
  return `not sent: ${why}; the next report tries again`
}

/** 2 where a message is not with its channel; what waits for the end of quiet hours is none yet. */
export function exitCodeOfDeliveries(deliveries: readonly DeliveryRecord[]): number {
  return deliveries.every(({ state }) => state === 'sent') ? 0 : 2
}

/** Tells people, while they wait, why they do. What becomes of a message in the end is told by {@link deliveryLines}. */
export function waitingWarnings({ stderr }: Streams): Log {
  const nothing = (): void => undefined
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: (message, fields, error) => {
      const why = error === undefined ? String(fields?.['said'] ?? '') : asAppError(error).message
      void stderr.write(`warning: ${message}${why === '' ? '' : `: ${why}`}\n`)
    },
    error: nothing,
    child: () => log,
    flush: nothing,
  }
  return log
}
