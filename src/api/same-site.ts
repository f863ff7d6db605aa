import { AppError } from '../model/errors.ts'
import type { ApiContext } from './context.ts'

/**
 * Refuses what a page of another site made a browser send. Needed where no token is: a form or image of any page could otherwise start work
 * on the service of the person who looks at it. Throws `forbidden`.
 */
export function refuseForeignSites(c: ApiContext): void {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (!isForeign && (origin === undefined || hostOf(origin) === c.req.header('host'))) return
  throw new AppError('forbidden', 'a page of another site sent this request', {
    hint: 'Send it from a program, or from the pages of this service.',
  })
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
