/** A version by Semantic Versioning 2.0, without its build metadata, which has no precedence. */
export type SemVer = {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint]
  /** Identifiers of a prerelease; null: it is a release. */
  readonly prerelease: readonly string[] | null
}

const IDENTIFIERS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`
const NUMBER = String.raw`(\d{1,64})`
const VERSION = new RegExp(
  String.raw`^v?${NUMBER}(?:\.${NUMBER})?(?:\.${NUMBER})?(?:-(${IDENTIFIERS}))?(?:\+${IDENTIFIERS})?$`,
)
const LARGEST = (1n << 64n) - 1n

/**
 * A leading `v`, missing parts and leading zeros are allowed, as Helm and Flux allow them (Masterminds/semver v3 `NewVersion`), up to 64
 * bits; numbers of a prerelease have no leading zeros. Null: it is none.
 */
export function parseSemver(text: string): SemVer | null {
  const parts = VERSION.exec(text)
  if (parts === null) return null
  const [major, minor, patch] = [parts[1]!, parts[2] ?? '0', parts[3] ?? '0'].map(BigInt) as [bigint, bigint, bigint]
  const prerelease = parts[4]?.split('.') ?? null
  if (major > LARGEST || minor > LARGEST || patch > LARGEST) return null
  if (prerelease?.some((identifier) => /^0\d+$/.test(identifier)) === true) return null
  return { numbers: [major, minor, patch], prerelease }
}

/** By precedence: negative where `a` comes before `b`, zero where they are the same version. */
export function compareSemver(a: SemVer, b: SemVer): number {
  for (const part of [0, 1, 2] as const) {
    if (a.numbers[part] !== b.numbers[part]) return a.numbers[part] < b.numbers[part] ? -1 : 1
  }
  return comparePrereleases(a.prerelease, b.prerelease)
}

function comparePrereleases(a: SemVer['prerelease'], b: SemVer['prerelease']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  for (const [at, one] of a.entries()) {
    const other = b[at]
    if (other === undefined) return 1
    const difference = compareIdentifiers(one, other)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Numbers of up to 64 bits by size and below words; words by code units. */
function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [numberOf(a), numberOf(b)]
  if ((left === null) !== (right === null)) return left === null ? 1 : -1
  if (left !== null && right !== null) return left < right ? -1 : Number(left > right)
  return a < b ? -1 : Number(a > b)
}

function numberOf(identifier: string): bigint | null {
  if (!/^\d{1,20}$/.test(identifier)) return null
  const number = BigInt(identifier)
  return number <= LARGEST ? number : null
}
