/** Parts of a Flux revision; null where a part is not there. */
export type Revision = {
  /** Branch, tag, ref or version: `main`, `refs/heads/main`, `6.6.0`. */
  readonly name: string | null
  readonly algorithm: string | null
  readonly checksum: string | null
}

const CHECKSUM = /^([a-z0-9]+):([0-9a-f]+)$/
const LEGACY = /^(?:(.+)\/)?([0-9a-f]{40}|[0-9a-f]{64})$/
const DERIVED_BUILD = /\+(?:[0-9a-f]{12}(?:\.\d+)?|\d+)$/

/**
 * Parses `[name@]algorithm:checksum` (Flux RFC-0005), the form before Flux 2.0 (`main/<sha>`) and a bare name or version.
 * The algorithm of a legacy checksum follows from its length.
 */
export function parseRevision(text: string): Revision {
  const separator = text.lastIndexOf('@')
  const checksum = CHECKSUM.exec(text.slice(separator + 1))
  if (checksum) return { name: text.slice(0, Math.max(separator, 0)) || null, ...parts(checksum[1], checksum[2]) }
  const legacy = LEGACY.exec(text)
  if (legacy) return { name: legacy[1] ?? null, ...parts(legacy[2]?.length === 40 ? 'sha1' : 'sha256', legacy[2]) }
  return { name: text || null, ...parts(undefined, undefined) }
}

/**
 * A chart version without the build metadata that Flux adds: source-controller the HelmChart's generation and, under strategy
 * `Revision`, 12 digits of the source's checksum; helm-controller 12 digits of the OCI digest. Neither is the chart's own, and
 * generations of two clusters say nothing about each other; the checksums stand in fields of their own.
 */
export function withoutDerivedBuild(version: string): string {
  return version.replace(DERIVED_BUILD, '')
}

function parts(algorithm: string | undefined, checksum: string | undefined): Omit<Revision, 'name'> {
  return { algorithm: algorithm ?? null, checksum: checksum ?? null }
}
