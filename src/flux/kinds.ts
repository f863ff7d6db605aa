export type FluxKind = {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly shortNames: readonly string[]
  /** Every version that a supported Flux release has served, newest first. */
  readonly versions: readonly string[]
}

const SOURCE = 'source.toolkit.fluxcd.io'
const IMAGE = 'image.toolkit.fluxcd.io'
const NOTIFICATION = 'notification.toolkit.fluxcd.io'
const OPERATOR = 'fluxcd.controlplane.io'

const V1_FAMILY = ['v1', 'v1beta2', 'v1beta1']
const V1BETA3_FAMILY = ['v1beta3', 'v1beta2', 'v1beta1']

/** The 19 kinds of Flux 2 and the Flux Operator, all of them namespaced; names and versions as their CRDs state them. */
export const FLUX_KINDS: readonly FluxKind[] = [
  fluxKind('kustomize.toolkit.fluxcd.io', 'Kustomization', ['ks'], V1_FAMILY),
  fluxKind('helm.toolkit.fluxcd.io', 'HelmRelease', ['hr'], ['v2', 'v2beta2', 'v2beta1']),
  fluxKind(SOURCE, 'GitRepository', ['gitrepo'], V1_FAMILY),
  fluxKind(SOURCE, 'OCIRepository', ['ocirepo'], ['v1', 'v1beta2']),
  fluxKind(SOURCE, 'HelmRepository', ['helmrepo'], V1_FAMILY),
  fluxKind(SOURCE, 'HelmChart', ['hc'], V1_FAMILY),
  fluxKind(SOURCE, 'Bucket', [], V1_FAMILY),
  fluxKind(SOURCE, 'ExternalArtifact', ['ea'], ['v1']),
  fluxKind('source.extensions.fluxcd.io', 'ArtifactGenerator', ['ag'], ['v1beta1']),
  fluxKind(IMAGE, 'ImageRepository', ['imgrepo', 'imagerepo'], V1_FAMILY),
  fluxKind(IMAGE, 'ImagePolicy', ['imgpol', 'imagepol'], V1_FAMILY),
  fluxKind(IMAGE, 'ImageUpdateAutomation', ['iua', 'imgupd', 'imgauto'], V1_FAMILY),
  fluxKind(NOTIFICATION, 'Provider', [], V1BETA3_FAMILY),
  fluxKind(NOTIFICATION, 'Alert', [], V1BETA3_FAMILY),
  fluxKind(NOTIFICATION, 'Receiver', [], V1_FAMILY),
  fluxKind(OPERATOR, 'FluxInstance', [], ['v1']),
  fluxKind(OPERATOR, 'FluxReport', [], ['v1']),
  fluxKind(OPERATOR, 'ResourceSet', ['rset'], ['v1']),
  fluxKind(OPERATOR, 'ResourceSetInputProvider', ['rsip'], ['v1']),
]

/** The Helm operator of Flux 1, which shares the domain but no semantics with Flux 2. */
const LEGACY_GROUP = 'helm.fluxcd.io'

/**
 * Whether an API group is one of Flux 2 or of the Flux Operator, known or not: kinds of such a group that are not in
 * {@link FLUX_KINDS} are compared generically. Groups of Flux 1 are not.
 */
export function isFluxGroup(group: string): boolean {
  if (group === LEGACY_GROUP) return false
  return group.endsWith('.fluxcd.io') || group === OPERATOR || group.endsWith(`.${OPERATOR}`)
}

/** The kind as Flux defines it; undefined for a kind that is not one of the 19. */
export function kindOf(group: string, kind: string): FluxKind | undefined {
  return FLUX_KINDS.find((known) => known.kind === kind && known.group === group)
}

/**
 * The kinds that `name` may mean, as kubectl reads resource names: kind, plural, singular or short name, in any case,
 * optionally followed by a dot and the group (or, as `kubectl` also allows, version and group). Empty where none is meant.
 */
export function findKinds(name: string): FluxKind[] {
  const wanted = name.trim().toLowerCase()
  return FLUX_KINDS.filter((known) => namesOf(known).some((own) => matchesName(wanted, own, known)))
}

function fluxKind(group: string, kind: string, shortNames: string[], versions: string[]): FluxKind {
  return { group, kind, plural: pluralOf(kind), shortNames, versions }
}

function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`
}

function namesOf(known: FluxKind): string[] {
  return [known.plural, known.kind.toLowerCase(), ...known.shortNames]
}

function matchesName(wanted: string, own: string, known: FluxKind): boolean {
  if (wanted === own) return true
  if (!wanted.startsWith(`${own}.`)) return false
  const rest = wanted.slice(own.length + 1)
  return rest === known.group || known.versions.some((version) => rest === `${version}.${known.group}`)
}
