import { kindOf } from '../flux/kinds.ts'
import { isUnread } from '../model/coverage.ts'
import type { CoverageScope, CoverageStatus, KindCoverage } from '../model/coverage.ts'
import { compareText } from '../model/resource-ref.ts'
import type { AskedCoverage } from './filter.ts'
import type { FindingCode } from './finding-codes.ts'
import type { Found } from './finding.ts'
import type { Unit } from './pairing.ts'
import { kindKey } from './side.ts'
import type { Side } from './side.ts'

/** Clusters that could not be read at all, and kinds that could not be read on some. */
export function coverageFindings(sides: readonly Side[], units: readonly Unit[], asked: AskedCoverage): Found[] {
  return sides.flatMap((side) => {
    if (side.snapshot.error) return [unreadCluster(side, side.snapshot.error)]
    return [...unreadKinds(side, asked), ...missingKinds(side, sides, { units, asked })]
  })
}

function unreadCluster(side: Side, error: { code: string; message: string; hint: string }): Found {
  const message = `${side.name} could not be read: ${error.message}`
  return { code: 'cluster-unread', severity: 'high', sides: [side], subject: error.code, message, hint: error.hint }
}

type Gap = { readonly kind: KindCoverage; readonly scope: CoverageScope }

/** One finding per status and reason, which names the kinds with the verb and scope that failed. */
function unreadKinds(side: Side, asked: AskedCoverage): Found[] {
  const unread = side.snapshot.coverage.filter((kind) => isUnread(asked(kind)))
  const gaps = unread.flatMap(gapsOf)
  const groups = Map.groupBy(gaps, ({ scope }) => `${scope.status}\0${reasonOf(scope) ?? ''}`)
  return [...groups.values()].map((group) => gapFinding(side, group))
}

/** Why, beyond what status, verb and scope say; of a missing permission they say it all. */
function reasonOf({ status, reason }: CoverageScope): string | null {
  return status === 'forbidden' ? null : reason
}

function gapsOf(kind: KindCoverage): Gap[] {
  const scopes = kind.scopes.filter((scope) => isUnread(scope.status))
  if (scopes.length > 0) return scopes.map((scope) => ({ kind, scope }))
  const { status } = kind
  return [{ kind, scope: { namespace: null, verb: 'list', status, reason: null, resourceVersion: null } }]
}

const CODES: Readonly<Partial<Record<CoverageStatus, FindingCode>>> = {
  forbidden: 'coverage-forbidden',
  partial: 'coverage-partial',
}

const WHAT_FAILED: Readonly<Partial<Record<CoverageStatus, string>>> = {
  forbidden: 'not allowed to',
  partial: 'only a part was read on trying to',
  failed: 'it failed to',
}

const WHAT_HELPS: Readonly<Partial<Record<CoverageStatus, string>>> = {
  forbidden: 'Grant the verb that is named, or narrow the comparison with -n or --kind.',
  partial: 'Run it again; if it stays, look at the load and the logs of the API server.',
  failed: 'Run it again; if it stays, look at the load and the logs of the API server.',
}

function gapFinding(side: Side, gaps: readonly Gap[]): Found {
  const { status } = gaps[0]!.scope
  const reason = reasonOf(gaps[0]!.scope)
  const actions = Map.groupBy(gaps, ({ kind, scope }) => `${scope.verb} ${resourceOf(kind)}`)
  const named = [...actions].sort(([a], [b]) => compareText(a, b))
  const texts = named.map(([action, group]) => `${action} ${placesOf(group)}`)
  const why = reason === null ? '' : ` (${reason})`
  return {
    code: CODES[status] ?? 'coverage-failed',
    severity: 'high',
    sides: [side],
    subject: named.map(([action]) => action).join(' '),
    message: `${side.name}: ${WHAT_FAILED[status] ?? status} ${texts.join(', ')}${why}`,
    hint: WHAT_HELPS[status] ?? '',
  }
}

/** As RBAC rules name it: `helmreleases.helm.toolkit.fluxcd.io`. */
function resourceOf({ group, kind }: KindCoverage): string {
  const plural = kindOf(group, kind)?.plural ?? `${kind.toLowerCase()}s`
  return group === '' ? plural : `${plural}.${group}`
}

function placesOf(gaps: readonly Gap[]): string {
  const namespaces = gaps.map(({ scope }) => scope.namespace)
  if (namespaces.includes(null)) return 'in all namespaces'
  return `in ${namespaces
    .filter((namespace) => namespace !== null)
    .sort(compareText)
    .join(', ')}`
}

type Scope = { readonly units: readonly Unit[]; readonly asked: AskedCoverage }

/** Kinds that other clusters serve or hold objects of: absent for one cause, so one finding and not one per object. */
function missingKinds(side: Side, sides: readonly Side[], { units, asked }: Scope): Found[] {
  const absent = side.snapshot.coverage.filter((kind) => asked(kind) === 'not-installed')
  const elsewhere = new Set(sides.flatMap((other) => (other === side ? [] : installedOn(other))))
  const missing = absent.filter((kind) => elsewhere.has(kindKey(kind)))
  if (missing.length === 0) return []
  const kinds = new Set(missing.map(kindKey))
  const affected = units.filter((unit) => kinds.has(kindKey(unit.ref)))
  const names = missing.map((kind) => kind.kind).sort(compareText)
  const objects =
    affected.length === 0 ? 'no object' : affected.length === 1 ? 'one object' : `${affected.length} objects`
  return [
    {
      code: 'crd-not-installed',
      severity: affected.length === 0 ? 'low' : 'medium',
      sides: [side],
      subject: names.join(' '),
      message: `${side.name} does not serve ${names.join(', ')}, of which the other clusters have ${objects}`,
      hint: 'Install the same components of Flux on all clusters if these kinds are used.',
    },
  ]
}

function installedOn(side: Side): string[] {
  const read = side.snapshot.coverage.filter((kind) => kind.version !== null && kind.status !== 'not-installed')
  return [...read.map(kindKey), ...side.served]
}
