import { controllersNamed, SHARD_KEY, shardedBy, SHARDED_CONTROLLERS, watchScopeOf } from '../flux/watch-scope.ts'
import type { WatchScope } from '../flux/watch-scope.ts'
import { digString } from '../model/json.ts'
import { displayRef } from '../model/resource-ref.ts'
import { AppError } from '../model/errors.ts'
import type { SnapshotEntry } from '../model/snapshot.ts'
import type { Found } from './finding.ts'
import { listed } from './listing.ts'
import { refOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import { parseSelector, type LabelSelector } from './selector.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'

/** What the controllers of one name look at on one cluster. */
type Watch = { readonly scopes: readonly (WatchScope & { readonly matches: LabelSelector })[] }
/** By controller; only those of which all is known. */
type Watches = ReadonlyMap<string, Watch>
type Unwatched = { readonly unit: Unit; readonly controller: string; readonly why: string }

/** What controllers do not look at, by `--watch-label-selector` and `--watch-all-namespaces`: only where all of them are known. */
export function watchFindings(run: Run, results: readonly UnitResult[]): Found[] {
  if (!run.layers.has('install')) return []
  const watches = new Map(run.sides.map((side) => [side, watchesOn(side)]))
  const units = results.filter(({ unit }) => !unit.data && shardedBy(unit.ref.kind) !== null).map(({ unit }) => unit)
  return [...notReconciled(run, units, watches), ...otherScopes(run, units, watches)]
}

function watchesOn({ snapshot }: Side): Watches {
  const known = SHARDED_CONTROLLERS.flatMap((name): [string, Watch][] => {
    const controllers = controllersNamed(name, snapshot.install)
    const scopes = controllers?.map(watchScopeOf).map((scope) => ({ ...scope, matches: readSelector(scope.selector) }))
    if (!scopes || scopes.some(({ matches }) => matches === null)) return []
    return [[name, { scopes: scopes as Watch['scopes'] }]]
  })
  return new Map(known)
}

/** Null where it cannot be read, which then proves nothing. */
function readSelector(selector: string): LabelSelector | null {
  try {
    return parseSelector(selector)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

type ByOne = ReadonlyMap<Side, Watches>

/** One finding per cluster and cause, or one for all clusters that share it. */
function notReconciled(run: Run, units: readonly Unit[], watches: ByOne): Found[] {
  const groups = run.sides.flatMap((side) => {
    const found = units.flatMap((unit) => unwatchedOn(unit, side, watches.get(side)!) ?? [])
    return [...Map.groupBy(found, ({ controller, why }) => `${controller} ${why}`).values()].map((group) => ({
      side,
      group,
    }))
  })
  const keyOf = ({ group }: { group: readonly Unwatched[] }): string =>
    [group[0]!.controller, group[0]!.why, ...group.map(({ unit }) => unit.key)].join('\0')
  return [...Map.groupBy(groups, keyOf).values()].map((same) =>
    unwatchedFinding(
      same[0]!.group,
      same.map(({ side }) => side),
    ),
  )
}

function unwatchedOn(unit: Unit, side: Side, watches: Watches): Unwatched | null {
  const entry = unit.entries[side.index]
  const controller = shardedBy(unit.ref.kind)!
  const watch = watches.get(controller)
  if (!entry || !watch || entry.suspended !== undefined) return null
  const fitting = watch.scopes.filter(({ matches }) => matches(entry.labels))
  if (fitting.some(({ namespace }) => namespace === null || namespace === entry.ref.namespace)) return null
  if (isBlanked(entry) || isStatic(entry, side)) return null
  return { unit, controller, why: whyNot(entry, fitting.length > 0, watch) }
}

/** A text of a Secret in labels is blanked, so that selectors would not find what they find on the cluster. */
function isBlanked({ labels }: SnapshotEntry): boolean {
  return Object.entries(labels).some((label) => label.some((text) => text.includes('***')))
}

/** A HelmRepository of type `oci` is only read by others; nobody reconciles it. */
function isStatic({ ref, digest, limit }: SnapshotEntry, { snapshot }: Side): boolean {
  if (ref.kind !== 'HelmRepository' || limit !== null) return false
  return digString(snapshot.body(digest), 'spec', 'type') === 'oci'
}

function whyNot({ ref, labels }: SnapshotEntry, byNamespace: boolean, { scopes }: Watch): string {
  if (byNamespace) return `watches the namespace ${ref.namespace}`
  if (Object.hasOwn(labels, SHARD_KEY)) return `watches ${SHARD_KEY}=${labels[SHARD_KEY]}`
  const wanted = [...new Set(scopes.map(({ selector }) => selector))].filter((selector) => selector !== '')
  return `watches objects with their labels (--watch-label-selector=${wanted.join(', ')})`
}

function unwatchedFinding(group: readonly Unwatched[], sides: readonly Side[]): Found {
  const { controller, why } = group[0]!
  const holders = new Set(group.flatMap(({ unit }) => unit.entries.flatMap((entry, at) => (entry ? [at] : []))))
  const everywhere = sides.length > 1 && [...holders].every((at) => sides.some((side) => side.index === at))
  const names = group.map(({ unit }) => displayRef(refOn(unit, sides[0]!)))
  return {
    code: 'not-reconciled',
    severity: everywhere ? 'medium' : 'high',
    sides,
    subject: `${controller} ${why}`,
    message: `Flux on ${sides.map(({ name }) => name).join(', ')} does not reconcile ${listed(names)}: no ${controller} ${why}`,
    hint: `Correct the label or namespace of the objects, or run a ${controller} that watches them (--watch-label-selector, --watch-all-namespaces), labelled app.kubernetes.io/part-of=flux.`,
  }
}

/** One finding per cluster whose controllers look at other objects than those of the one that it is measured against. */
function otherScopes(run: Run, units: readonly Unit[], watches: ByOne): Found[] {
  const other = run.baseline ?? run.sides.find((side) => watches.get(side)!.size > 0)
  if (other === undefined) return []
  return run.sides.flatMap((side) => {
    if (side === other) return []
    const parts = SHARDED_CONTROLLERS.flatMap((controller) => {
      const is = tellScopes(watches.get(side)!.get(controller))
      const was = tellScopes(watches.get(other)!.get(controller))
      const used = units.some(
        (unit) => shardedBy(unit.ref.kind) === controller && [side, other].some((one) => unit.entries[one.index]),
      )
      return !used || is === null || was === null || is === was ? [] : [{ controller, is, was }]
    })
    return parts.length === 0 ? [] : [scopeFinding(side, other, parts)]
  })
}

/** What they look at, whatever they are called; null where it is not known. */
function tellScopes(watch: Watch | undefined): string | null {
  if (watch === undefined) return null
  const texts = watch.scopes.map(({ selector, namespace }) =>
    [...(selector === '' ? [] : [selector]), ...(namespace === null ? [] : [`in ${namespace}`])].join(' '),
  )
  return [...new Set(texts.map((text) => (text === '' ? 'all objects' : text)))].sort().join('; ')
}

type Part = { readonly controller: string; readonly is: string; readonly was: string }

function scopeFinding(side: Side, other: Side, parts: readonly Part[]): Found {
  const texts = parts.map(({ controller, is, was }) => `${controller}: ${is} (${other.name}: ${was})`)
  return {
    code: 'watch-scope-skew',
    severity: 'low',
    sides: [side],
    subject: parts.map(({ controller }) => controller).join(' '),
    message: `the controllers of ${side.name} watch other objects than those of ${other.name}: ${texts.join(', ')}`,
    hint: 'Make --watch-label-selector and --watch-all-namespaces the same, if labels and namespaces of the objects are.',
  }
}
