import { dig, digString, isBigNumber, type Json } from '../model/json.ts'
import { sha256 } from './digest.ts'
import { formatGoDuration, parseGoDuration } from './duration.ts'
import type { Site } from './field.ts'
import { findKinds } from './kinds.ts'

const SECOND = 1_000_000_000n
/** Helm refuses longer release names. */
const MAX_RELEASE_NAME = 53
const HASH_LENGTH = 12

/** References without a namespace are to the namespace of the object that holds them. */
export function ownNamespace(site: Site): Json | undefined {
  return site.owner.namespace === '' ? undefined : site.owner.namespace
}

/** The apiVersion that a reference without one has: that of the Flux kind it names. */
export function groupOfKind(site: Site): Json | undefined {
  const kind = digString(site.parent, 'kind')
  const found = kind === undefined ? [] : findKinds(kind).filter((entry) => entry.kind === kind)
  return found.length === 1 ? `${found[0]?.group}/v1` : undefined
}

export function specInterval(site: Site): Json | undefined {
  return dig(site.root, 'spec', 'interval')
}

/** Kustomization: interval less 30 seconds, at least 30 seconds (kustomize-controller's GetTimeout, not the comment above it). */
export function kustomizationTimeout(site: Site): Json | undefined {
  const interval = parseGoDuration(digString(site.root, 'spec', 'interval') ?? '')
  if (interval === null) return undefined
  const timeout = interval - 30n * SECOND
  return formatGoDuration(timeout < 30n * SECOND ? 30n * SECOND : timeout)
}

/** ImageRepository: the interval, at least one second. */
export function scanTimeout(site: Site): Json | undefined {
  const interval = parseGoDuration(digString(site.root, 'spec', 'interval') ?? '')
  return interval === null ? undefined : formatGoDuration(interval < SECOND ? SECOND : interval)
}

/** HelmRelease actions: the release's timeout. */
export function releaseTimeout(site: Site): Json | undefined {
  return dig(site.root, 'spec', 'timeout') ?? '5m'
}

/** HelmRelease: `[targetNamespace-]name`; where that is too long, its start and its hash (ShortenName of helm-controller). */
export function releaseName(site: Site): Json | undefined {
  const { name } = site.owner
  if (name === null) return undefined
  const target = digString(site.root, 'spec', 'targetNamespace')
  const full = target === undefined || target === '' ? name : `${target}-${name}`
  if (full.length <= MAX_RELEASE_NAME) return full
  return `${full.slice(0, MAX_RELEASE_NAME - HASH_LENGTH - 1)}-${sha256(full).slice(0, HASH_LENGTH)}`
}

/** HelmRelease: own namespace; but a target namespace is also part of a release name that is not given. */
export function targetNamespace(site: Site): Json | undefined {
  return digString(site.root, 'spec', 'releaseName') ? ownNamespace(site) : undefined
}

/** HelmRelease: the deprecated `skipCRDs` decides where `crds` is not given. */
export function installCrds(site: Site): Json | undefined {
  return dig(site.parent, 'skipCRDs') === true ? 'Skip' : 'Create'
}

export function ignoreTestFailures(site: Site): Json | undefined {
  return dig(site.root, 'spec', 'test', 'ignoreFailures') === true
}

export function remediateLastFailure(site: Site): Json | undefined {
  const retries = dig(site.parent, 'retries')
  return isBigNumber(retries) || (typeof retries === 'number' && retries > 0)
}

/** GitRepository: `master`, where no other reference is given. */
export function gitBranch(site: Site): Json | undefined {
  const others = ['commit', 'name', 'semver', 'tag']
  return others.some((key) => digString(site.parent, key)) ? undefined : 'master'
}

/** OCIRepository: `latest`, where neither digest nor range is given. */
export function ociTag(site: Site): Json | undefined {
  return ['digest', 'semver'].some((key) => digString(site.parent, key)) ? undefined : 'latest'
}

export function includedName(site: Site): Json | undefined {
  return dig(site.parent, 'repository', 'name')
}

/** ImageUpdateAutomation: pushes to the branch that it checked out, unless it pushes a refspec. */
export function pushBranch(site: Site): Json | undefined {
  if (digString(site.parent, 'refspec')) return undefined
  return dig(site.root, 'spec', 'git', 'checkout', 'ref', 'branch')
}

/** ImagePolicy: 10 minutes, only where digests are always reflected. */
export function policyInterval(site: Site): Json | undefined {
  return digString(site.root, 'spec', 'digestReflectionPolicy') === 'Always' ? '10m' : undefined
}
