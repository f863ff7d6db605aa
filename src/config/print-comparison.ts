import { writeDurationOrNone, writeLongDuration } from './durations.ts'
import type { ComparisonConfig } from './sections/comparisons.ts'
import type { NotifyConfig } from './sections/notify.ts'
import type { QuietConfig } from './sections/quiet-hours.ts'

type Written = { readonly [key: string]: unknown }

/** A comparison as it would be written in the file; its quiet hours stand with each entry of notify. */
export function comparisonDocument({ targets, maxAgeMs, schedule, notify, ...rest }: ComparisonConfig): Written {
  return {
    ...present(rest),
    targets: targets.by === 'names' ? targets.names : { matchLabels: targets.matchLabels },
    maxAge: writeDurationOrNone(maxAgeMs),
    ...(schedule === null
      ? {}
      : {
          schedule: {
            cron: schedule.cron,
            timeZone: schedule.timeZone,
            jitter: writeDurationOrNone(schedule.jitterMs),
          },
        }),
    notify: notify.map(notifyDocument),
  }
}

function notifyDocument({ quiet, repeatIntervalMs, groupIntervalMs, ...rest }: NotifyConfig): Written {
  return {
    ...present(rest),
    ...(repeatIntervalMs === null ? {} : { repeatInterval: writeLongDuration(repeatIntervalMs) }),
    ...(groupIntervalMs === 0 ? {} : { groupInterval: writeLongDuration(groupIntervalMs) }),
    ...(quiet === null ? {} : { quietHours: quietDocument(quiet) }),
  }
}

function quietDocument({ windows, ...rest }: QuietConfig): Written {
  return {
    ...present(rest),
    windows: windows.map(({ days, from, to }) => ({ from: clockText(from), to: clockText(to), days })),
  }
}

function clockText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** Without what is not there. */
function present(values: Written): Written {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
