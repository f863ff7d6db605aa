const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const LIMIT = 1n << 63n
const PART = /([0-9]*)(?:(\.)([0-9]*))?([^0-9.]*)/y

/**
 * Reads a duration as Go's time.ParseDuration does (`1h30m`, `1.5s`, `-2us`): nanoseconds, or null where Go cannot read it,
 * which includes anything beyond 64 bits. Source: the documentation of Go's time package.
 */
export function parseGoDuration(text: string): bigint | null {
  const negative = text.startsWith('-')
  const body = /^[-+]/.test(text) ? text.slice(1) : text
  if (body === '0') return 0n
  if (body === '') return null
  let total = 0n
  PART.lastIndex = 0
  while (PART.lastIndex < body.length) {
    const nanoseconds = partNanoseconds(PART.exec(body)!)
    if (nanoseconds === null) return null
    total += nanoseconds
    if (total > LIMIT) return null
  }
  if (negative) return -total
  return total === LIMIT ? null : total
}

function partNanoseconds(part: RegExpExecArray): bigint | null {
  const [, whole = '', , decimals = '', unitName = ''] = part
  if (whole === '' && decimals === '') return null
  const unit = Object.hasOwn(UNITS, unitName) ? UNITS[unitName] : undefined
  if (unit === undefined) return null
  const value = BigInt(whole)
  if (value > LIMIT / unit) return null
  const nanoseconds = value * unit + fractionNanoseconds(decimals, unit)
  return nanoseconds > LIMIT ? null : nanoseconds
}

/** Go does this step in doubles and drops the digits that its 63 bits cannot hold; so must we, to round as it does. */
function fractionNanoseconds(decimals: string, unit: bigint): bigint {
  let fraction = 0n
  let scale = 1
  for (const digit of decimals) {
    const next = fraction * 10n + BigInt(digit)
    if (fraction > (LIMIT - 1n) / 10n || next > LIMIT) break
    fraction = next
    scale *= 10
  }
  return BigInt(Math.trunc(Number(fraction) * (Number(unit) / scale)))
}

/** Writes nanoseconds as Go's Duration.String does, the form that the API server stores: `1m0s`, `1.5s`, `500ms`, `0s`. */
export function formatGoDuration(ns: bigint): string {
  if (ns === 0n) return '0s'
  const sign = ns < 0n ? '-' : ''
  const size = ns < 0n ? -ns : ns
  if (size < UNITS['us']!) return `${sign}${size}ns`
  if (size < UNITS['ms']!) return `${sign}${decimal(size, 3)}µs`
  if (size < UNITS['s']!) return `${sign}${decimal(size, 6)}ms`
  const seconds = `${decimal(size % UNITS['m']!, 9)}s`
  const minutes = size / UNITS['m']!
  if (minutes === 0n) return sign + seconds
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

/** `value` divided by ten to the power of `places`, without zeros at the end. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  const whole = digits.slice(0, -places)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** Whether both are readable durations of the same length: `60s` and `1m`. False where one cannot be read. */
export function durationsEqual(a: string, b: string): boolean {
  const left = parseGoDuration(a)
  return left !== null && left === parseGoDuration(b)
}
