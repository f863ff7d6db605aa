import { displayRef } from '../model/resource-ref.ts'
import { dependencyCycles } from './dependency-cycles.ts'
import { effectiveFindings } from './effective-findings.ts'
import { count } from './finding.ts'
import type { Found } from './finding.ts'
import { otherMeanings } from './other-meanings.ts'
import { indexObjects } from './pairing.ts'
import type { Unit } from './pairing.ts'
import { proofFindings } from './proof/proof-findings.ts'
import { referenceFindings } from './reference-findings.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { UnknownLeaf } from './tree-types.ts'
import { suspensionFindings } from './suspensions.ts'
import type { UnitResult } from './unit.ts'
import { watchFindings } from './watch-findings.ts'

/** What is worth telling of single objects, other than their differences. */
export function objectFindings(run: Run, results: readonly UnitResult[]): Found[] {
  const users = indexObjects(results.map(({ unit }) => unit))
  return [
    ...referenceFindings(run, users),
    ...dependencyCycles(run, users),
    ...results.filter(({ unit }) => isLimited(unit)).flatMap(({ unit }) => limitFindings(run, unit)),
    ...unknownValues(run, results),
    ...effectiveFindings(run, results),
    ...proofFindings(run, results),
    ...otherMeanings(run, results),
    ...suspensionFindings(run, results),
    ...watchFindings(run, results),
    ...sameClusters(run.sides),
    ...replacedClusters(run.sides),
  ]
}

function isLimited({ entries }: Unit): boolean {
  return entries.some((entry) => entry !== null && entry.limit !== null)
}

function limitFindings(run: Run, unit: Unit): Found[] {
  return (['depth', 'size'] as const).flatMap((limit) => {
    const sides = run.sides.filter((side) => unit.entries[side.index]?.limit === limit)
    if (sides.length === 0) return []
    const what = limit === 'depth' ? 'too deeply nested' : 'too large'
    const names = sides.map((side) => side.name).join(', ')
    return [
      {
        code: limit === 'depth' ? 'object-too-deep' : 'object-too-large',
        severity: 'medium' as const,
        sides,
        ref: unit.ref,
        message: `${displayRef(unit.ref)} is ${what} to be compared on ${names}; only its presence was`,
        hint: 'Compare this object by hand.',
      },
    ]
  })
}

const UNKNOWN_VALUES = {
  sops: {
    code: 'values-not-comparable',
    severity: 'medium',
    why: 'encrypted by SOPS',
    hint: 'Compare the clusters instead of the files: there the values are decrypted.',
  },
  presence: {
    code: 'values-not-comparable',
    severity: 'low',
    why: 'compared by presence only',
    hint: 'Use --secrets equality to see whether secret values are equal; they are not shown.',
  },
  form: {
    code: 'values-not-comparable',
    severity: 'low',
    why: 'read as YAML on one cluster only',
    hint: 'Let all clusters refer to the same keys of the Secret. What becomes of them is compared in the objects that refer to it.',
  },
  key: {
    code: 'fingerprint-key-mismatch',
    severity: 'high',
    why: 'masked under another key',
    hint: 'Take both snapshots with the same key file; old ones cannot be compared in their secret values.',
  },
} as const

/** One finding per cluster and reason, with the number of values. */
function unknownValues(run: Run, results: readonly UnitResult[]): Found[] {
  const slots = results.flatMap((result) => result.unknown)
  return run.sides.flatMap((side) =>
    (['sops', 'presence', 'form', 'key'] as const).flatMap((reason) => {
      const number = slots.filter((slot) => slot.reason === reason && slot.sides.has(side)).length
      return number === 0 ? [] : [unknownFinding(side, reason, number)]
    }),
  )
}

function unknownFinding(side: Side, reason: UnknownLeaf['reason'], number: number): Found {
  const { code, severity, why, hint } = UNKNOWN_VALUES[reason]
  const verb = number === 1 ? 'is' : 'are'
  const message = `${side.name}: ${count(number, 'value')} ${verb} ${why}, so nobody can say whether they are equal`
  return { code, severity, sides: [side], subject: reason, message, hint }
}

/** One cluster under two names, unless these are two scopes of it or two times of one name. */
function sameClusters(sides: readonly Side[]): Found[] {
  const known = sides.filter((side) => side.snapshot.uid !== null)
  const groups = Map.groupBy(known, (side) => `${side.snapshot.uid} ${scopeOf(side)}`)
  return [...groups.values()].flatMap((group) => {
    if (new Set(group.map(nameOf)).size < 2) return []
    const names = group.map((side) => side.name).join(' and ')
    return [
      {
        code: 'same-cluster',
        severity: 'medium' as const,
        sides: group,
        message: `${names} are the same cluster: the UID of kube-system is the same`,
        hint: 'Check the contexts of the kubeconfig: they may point to the same server.',
      },
    ]
  })
}

/** One name at two times, behind which stood two clusters: what differs is not what changed. */
function replacedClusters(sides: readonly Side[]): Found[] {
  const known = sides.filter((side) => side.snapshot.uid !== null)
  return [...Map.groupBy(known, nameOf).values()].flatMap((group) => {
    if (new Set(group.map((side) => side.snapshot.uid)).size < 2) return []
    const names = group.map((side) => side.name).join(' and ')
    return [
      {
        code: 'cluster-replaced',
        severity: 'high' as const,
        sides: group,
        message: `${names} are two clusters of one name: the UID of kube-system is not the same`,
        hint: 'The context was pointed to another cluster, or the cluster was made anew, since the older snapshot.',
      },
    ]
  })
}

function scopeOf({ snapshot }: Side): string {
  return snapshot.namespaces === null ? '*' : [...snapshot.namespaces].sort().join(',')
}

const MOMENT = /@(?:latest|previous|snap_[\w-]+|\d{4}-\d\d.*)$/

/** Without the time of a kept snapshot: `production@previous` is `production`. */
function nameOf({ name }: Side): string {
  return name.replace(MOMENT, '')
}
