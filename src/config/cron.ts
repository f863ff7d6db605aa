import { Cron } from 'croner'

/** Five fields, or six with seconds: no years. */
const MODE = '5-or-6-parts'
/** Any: without years a date comes again within 28 years, or never. */
const SOME_DAY = Date.UTC(2024, 0, 1)

export const NO_CRON =
  'is no cron expression: write minute, hour, day, month and weekday (seconds may stand before them), such as 0 8 * * 1-5'
export const NEVER = 'names a day that there never is'

/** What is wrong with a cron expression; null where nothing is. */
export function cronTrouble(text: string): string | null {
  try {
    const next = new Cron(text, { mode: MODE, paused: true, timezone: 'UTC' }).nextRun(new Date(SOME_DAY))
    return next === null ? NEVER : null
  } catch {
    return NO_CRON
  }
}
