import { AppError } from '../model/errors.ts'
import type { ApiContext } from './context.ts'

/**
 * Refuses what a page of another site made a browser send. Needed where no token is: a form or image of any page could otherwise start work
 * on the service of the person who looks at it. Throws `forbidden`.
 */
export function refuseForeignSites(c: ApiContext): void {
  if (!isForeign(c)) return
  throw new AppError('forbidden', 'a page of another site sent this request', {
    hint: 'Send it from a program, or from the pages of this service.',
  })
}

/** The same for a call that mostly reads: a link on another site may lead to it, but nothing there may ask by itself. */
export function refuseForeignEmbeds(c: ApiContext): void {
  if (c.req.header('sec-fetch-mode') !== 'navigate') refuseForeignSites(c)
}

/** Browsers tell the site; older ones at least the origin of what is posted. Behind a proxy, Host need not be the name in the origin. */
function isForeign(c: ApiContext): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = c.req.header('origin')
  return origin !== undefined && hostOf(origin) !== c.req.header('host')
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
