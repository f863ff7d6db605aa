import { parseRevision } from '../../flux/revision.ts'
import { compareSemver, parseSemver, type SemVer } from '../../flux/semver.ts'
import { digArray, digString, type Json } from '../../model/json.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { AppliedVersion } from './version-store.ts'

/** What a status says. `applied` null: it does not tell what is applied (a release that fails says only what failed). */
export type SeenVersion = { readonly applied: AppliedVersion | null; readonly attempted: string | null }

export const NOT_THERE: AppliedVersion = { version: null, revision: null }

/** Whether anything is applied. */
export function isThere({ version, revision }: AppliedVersion): boolean {
  return version !== null || revision !== null
}

const HELM = 'helm.toolkit.fluxcd.io'
const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io'

/** How many kinds of applications there are. */
export const APPLICATION_KINDS = 2

/** What counts as an application: what brings something of a source to a cluster, and says which version of it. */
export function isApplication({ group, kind }: Pick<ResourceRef, 'group' | 'kind'>): boolean {
  return (group === HELM && kind === 'HelmRelease') || (group === KUSTOMIZE && kind === 'Kustomization')
}

/**
 * Reads the reduced status (see `reduceStatus`) of an application. Of a HelmRelease the newest release counts, where Helm says that it is
 * deployed: after a failed upgrade it is `failed`, after a rollback there is a newer one. A Kustomization has `lastAppliedRevision` from
 * kustomize-controller, which writes it when all is applied and healthy; of an OCI artifact the Git revision that it was made from.
 */
export function seenVersion({ group }: ResourceRef, status: Json | undefined): SeenVersion {
  return group === KUSTOMIZE ? seenKustomization(status) : seenRelease(status)
}

function seenRelease(status: Json | undefined): SeenVersion {
  const tried = textIn(status, 'lastAttemptedRevision')
  const applied = appliedRelease(status, tried)
  return { applied, attempted: applied?.version === tried ? null : tried }
}

function appliedRelease(status: Json | undefined, tried: string | null): AppliedVersion | null {
  const newest = digArray(status, 'history')[0]
  if (newest === undefined) {
    // Before helm-controller 0.37 there was no history.
    const version = textIn(status, 'lastAppliedRevision') ?? (digString(status, 'readiness') === 'Ready' ? tried : null)
    return version === null ? null : { version, revision: null }
  }
  const state = digString(newest, 'status')
  if (state === 'uninstalled') return NOT_THERE
  const version = textIn(newest, 'chartVersion')
  return state === 'deployed' && version !== null ? { version, revision: textIn(newest, 'ociDigest') } : null
}

function seenKustomization(status: Json | undefined): SeenVersion {
  const artifact = textIn(status, 'lastAppliedRevision')
  const tried = textIn(status, 'lastAttemptedRevision')
  const attempted = tried === artifact ? null : tried
  if (artifact === null) return { applied: null, attempted }
  const origin = textIn(status, 'lastAppliedOriginRevision')
  const version = versionIn(artifact) ?? (origin === null ? null : versionIn(origin))
  return { applied: { version, revision: origin ?? artifact }, attempted }
}

/** Null also where something of it was blanked as secret: two blanks say nothing about each other. */
function textIn(from: Json | undefined, key: string): string | null {
  const text = digString(from, key)
  return text === undefined || text === '' || text.includes('***') ? null : text
}

/** A whole version: what has fewer parts is as often a branch, or a tag that moves. */
const WHOLE = /^v?\d+\.\d+\.\d+/

function versionIn(revision: string): string | null {
  const name = parseRevision(revision).name?.replace(/^refs\/tags\//, '') ?? ''
  return WHOLE.test(name) && parseSemver(name) !== null ? name : null
}

/** Null: there is only a revision, or the version is none by semver.org. */
export function semverOf({ version }: AppliedVersion): SemVer | null {
  return version === null ? null : parseSemver(version)
}

/**
 * The same version, or the same content: branches and tags may be called as they like where their checksums are the same, and sources may be
 * others where their versions are the same. What is not there is the same as nothing.
 */
export function isSameApplied(a: AppliedVersion, b: AppliedVersion): boolean {
  if (!isThere(a) || !isThere(b)) return false
  const [left, right] = [semverOf(a), semverOf(b)]
  if (left !== null && right !== null && compareSemver(left, right) === 0) return true
  if (a.version !== null && a.version === b.version) return true
  if (a.revision === null || b.revision === null) return false
  const checksum = parseRevision(a.revision).checksum
  return checksum === null ? a.revision === b.revision : checksum === parseRevision(b.revision).checksum
}
