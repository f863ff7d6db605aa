import { parseGoDuration } from '../flux/duration.ts'

/** A Go duration (`30s`, `1h30m`) as whole milliseconds; null where it cannot be read or is shorter than one. */
export function durationToMs(text: string): number | null {
  const nanoseconds = parseGoDuration(text)
  return nanoseconds === null || nanoseconds < 1_000_000n ? null : Number(nanoseconds / 1_000_000n)
}
