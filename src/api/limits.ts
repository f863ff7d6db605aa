export type ApiLimits = {
  /** Bytes of a request body. */
  readonly bodyBytes: number
  /** Requests of one token in a minute. */
  readonly requestsPerMinute: number
  /** Event streams open at once, in all and for one token. */
  readonly eventStreams: number
  readonly eventStreamsPerCaller: number
  /** Milliseconds between comments that keep an event stream alive through proxies. */
  readonly heartbeatMs: number
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  bodyBytes: 256 * 1024,
  requestsPerMinute: 6000,
  eventStreams: 64,
  eventStreamsPerCaller: 16,
  heartbeatMs: 15_000,
}
