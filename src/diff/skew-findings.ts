import { compareText } from '../model/resource-ref.ts'
import type { Severity } from '../model/comparison.ts'
import type { ControllerSkew } from './install.ts'
import type { Found } from './finding.ts'
import type { Run } from './run.ts'
import { kindKey } from './side.ts'
import type { Side } from './side.ts'

/** Versions of Flux, the Flux Operator, Kubernetes and the APIs that are not the same everywhere. */
export function skewFindings(run: Run, controllers: readonly ControllerSkew[]): Found[] {
  const read = run.sides.filter((side) => side.snapshot.error === null)
  return [
    ...fluxSkew(read, controllers),
    ...versionSkew(read, {
      code: 'operator-version-skew',
      severity: 'low',
      what: 'the Flux Operator',
      versionOf: (side) => side.snapshot.install.operator,
      hint: 'Compare with the release notes of the Flux Operator where behaviour differs.',
    }),
    ...versionSkew(read, {
      code: 'kubernetes-version-skew',
      severity: 'low',
      what: 'Kubernetes',
      versionOf: (side) => side.snapshot.install.kubernetes,
      hint: 'Nothing to do, unless one of the versions is not supported by Flux.',
    }),
    ...read.flatMap((side) => apiSkew(run, side)),
  ]
}

function fluxSkew(sides: readonly Side[], controllers: readonly ControllerSkew[]): Found[] {
  const names = [...new Set(controllers.map((controller) => controller.name))].sort(compareText)
  const following =
    names.length === 0 ? '' : `; the versions of these follow from it and are not listed: ${names.join(', ')}`
  const found = versionSkew(sides, {
    code: 'flux-version-skew',
    severity: 'medium',
    what: 'Flux',
    versionOf: (side) => side.snapshot.install.flux,
    hint: 'Defaults and behaviour may differ with the same objects: upgrade so that all clusters run one version.',
  })
  return found.map((finding) => ({ ...finding, message: finding.message + following }))
}

type Skew = Pick<Found, 'code' | 'hint'> & {
  readonly severity: Severity
  readonly what: string
  readonly versionOf: (side: Side) => string | null
}

function versionSkew(sides: readonly Side[], { code, severity, what, versionOf, hint }: Skew): Found[] {
  const known = sides.filter((side) => versionOf(side) !== null)
  const versions = Map.groupBy(known, (side) => versionOf(side) ?? '')
  if (versions.size < 2) return []
  const texts = [...versions].map(([version, group]) => `${version} on ${group.map((side) => side.name).join(', ')}`)
  return [{ code, severity, sides: known, message: `${what} is ${listOf(texts)}`, hint }]
}

/** The kinds that one cluster serves, or one file has, under another API version than the one it is measured against. */
function apiSkew(run: Run, side: Side): Found[] {
  const other = run.baseline ?? run.sides.find((candidate) => candidate.snapshot.error === null)
  if (other === undefined || other === side || other.snapshot.error) return []
  const skewed = [...side.coverage.values()].flatMap(({ kind, group, version }) => {
    const expected = other.coverage.get(kindKey({ group, kind }))?.version ?? null
    return version === null || expected === null || version === expected ? [] : [{ kind, version, expected }]
  })
  if (skewed.length === 0) return []
  const sorted = skewed.sort((a, b) => compareText(a.kind, b.kind))
  const texts = sorted.map(({ kind, version, expected }) => `${kind} ${version} (${other.name}: ${expected})`)
  return [
    {
      code: 'api-version-skew',
      severity: 'low',
      sides: [side],
      subject: sorted.map(({ kind }) => kind).join(' '),
      message: `${side.name} has other API versions: ${texts.join(', ')}`,
      hint: 'Objects are compared all the same. Before an upgrade, change apiVersion in files with the older version, and run flux migrate on clusters with it.',
    },
  ]
}

function listOf(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}
