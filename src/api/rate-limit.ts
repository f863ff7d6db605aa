import type { MiddlewareHandler } from 'hono'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../model/errors.ts'
import type { ApiEnv } from './context.ts'
import { problemResponse } from './problem.ts'

/** Counts the requests of each token in windows of a minute; above the limit it answers 429 with the seconds until the next window. */
export function limitRate(requestsPerMinute: number): MiddlewareHandler<ApiEnv> {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 })
  return async (c, next) => {
    const caller = c.get('access')?.caller ?? 'anonymous'
    const refusal = await limiter.consume(caller).then(() => null, refusalOf)
    if (refusal === null) return next()
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
    const error = new AppError('rate-limited', `more than ${requestsPerMinute} requests in a minute`)
    return problemResponse(c, error, { headers: { 'Retry-After': String(seconds) } })
  }
}

function refusalOf(thrown: unknown): RateLimiterRes {
  if (thrown instanceof RateLimiterRes) return thrown
  throw new AppError('internal', 'the rate limiter failed', { cause: thrown })
}
