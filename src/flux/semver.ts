/** A version by Semantic Versioning 2.0, without its build metadata, which has no precedence. */
export type SemVer = {
  readonly numbers: readonly [major: number, minor: number, patch: number]
  /** Identifiers of a prerelease; null: it is a release. */
  readonly prerelease: readonly string[] | null
}

const VERSION = /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

/** A leading `v` and missing parts are allowed, as Helm and Flux allow them (Masterminds/semver `NewVersion`). Null: it is none. */
export function parseSemver(text: string): SemVer | null {
  const parts = VERSION.exec(text)
  if (parts === null) return null
  const [, major, minor, patch, prerelease] = parts
  return {
    numbers: [Number(major), Number(minor ?? 0), Number(patch ?? 0)],
    prerelease: prerelease?.split('.') ?? null,
  }
}

/** By precedence: negative where `a` comes before `b`, zero where they are the same version. */
export function compareSemver(a: SemVer, b: SemVer): number {
  for (const part of [0, 1, 2] as const) {
    const difference = a.numbers[part] - b.numbers[part]
    if (difference !== 0) return difference
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

/** Numbers by size and below words; words by code units. */
function compareIdentifiers(a: string, b: string): number {
  const numbers = [a, b].map((text) => /^\d+$/.test(text))
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1
  if (numbers[0]) return a.length - b.length || (a < b ? -1 : Number(a > b))
  return a < b ? -1 : Number(a > b)
}
