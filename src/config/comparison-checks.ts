import { findKinds, FLUX_KINDS } from '../flux/kinds.ts'
import { digArray, digString, isJsonArray, isJsonObject, own, type Json } from '../model/json.ts'
import { nearestName } from '../model/nearest-names.ts'
import { unknownChannels } from './channel-checks.ts'
import { problemAt, type Path, type Problem } from './problems.ts'

/** What no single value of the section comparisons shows: clusters, channels, owners and kinds that there are not, and sides that are too few. */
export function comparisonProblems(document: Json): Problem[] {
  return digArray(document, 'comparisons').flatMap((comparison, index) => {
    if (!isJsonObject(comparison)) return []
    const path = ['comparisons', index]
    return [
      ...clusterProblems(document, comparison, path),
      ...kindProblems(comparison, [...path, 'kinds']),
      ...unknownChannels(document, own(comparison, 'notify'), [...path, 'notify']),
      ...ownerProblems(document, comparison, [...path, 'notify']),
    ]
  })
}

function clusterProblems(document: Json, comparison: Json, path: Path): Problem[] {
  const known = namesOf(document, 'clusters', 'name')
  const baseline = digString(comparison, 'baseline')
  const unknown = named(comparison, path).flatMap(({ name, at }) => unknownName(name, known, at, 'cluster'))
  const twice = twiceNamed(comparison, path)
  if (unknown.length + twice.length > 0) return [...unknown, ...twice]
  const targets = targetsOf(document, comparison)
  if (targets === null) return []
  if (targets.length === 0) {
    return [problemAt([...path, 'targets'], 'match no cluster; write labels that one of clusters has')]
  }
  const sides = new Set(baseline === undefined ? targets : [baseline, ...targets])
  if (sides.size >= 2) return []
  return [problemAt([...path, 'targets'], 'leave one cluster alone; a comparison needs two')]
}

function named(comparison: Json, path: Path): { readonly name: string; readonly at: Path }[] {
  const baseline = digString(comparison, 'baseline')
  return [
    ...(baseline === undefined ? [] : [{ name: baseline, at: [...path, 'baseline'] }]),
    ...digArray(comparison, 'targets').flatMap((name, index) =>
      typeof name === 'string' ? { name, at: [...path, 'targets', index] } : [],
    ),
  ]
}

function twiceNamed(comparison: Json, path: Path): Problem[] {
  const names = named(comparison, path)
  return names.flatMap(({ name, at }, index) => {
    const first = names.findIndex((other) => other.name === name)
    if (first === index) return []
    const isBaseline = names[first]!.at.at(-1) === 'baseline'
    return [problemAt(at, isBaseline ? 'is the baseline; name another cluster' : 'is named twice; remove one')]
  })
}

/** Null: what stands there is neither names nor labels. */
function targetsOf(document: Json, comparison: Json): string[] | null {
  const targets = own(comparison, 'targets')
  if (isJsonArray(targets)) return targets.every((name) => typeof name === 'string') ? [...targets] : null
  const labels = isJsonObject(targets) ? own(targets, 'matchLabels') : undefined
  if (!isJsonObject(labels)) return null
  const wanted = Object.entries(labels)
  return digArray(document, 'clusters').flatMap((cluster) => {
    const name = digString(cluster, 'name')
    const fits = wanted.length > 0 && wanted.every(([key, value]) => digString(cluster, 'labels', key) === value)
    return name !== undefined && fits ? name : []
  })
}

function kindProblems(comparison: Json, path: Path): Problem[] {
  return digArray(comparison, 'kinds').flatMap((name, index) => {
    if (typeof name !== 'string' || name === '' || findKinds(name).length > 0) return []
    const kinds = FLUX_KINDS.map(({ kind }) => kind)
    const nearest = nearestName(name, kinds)
    const instead = nearest === null ? `known: ${kinds.join(', ')}` : `did you mean ${nearest}?`
    return [problemAt([...path, index], `is not a Flux kind; ${instead}`)]
  })
}

function ownerProblems(document: Json, comparison: Json, path: Path): Problem[] {
  const known = namesOf(document, 'owners', 'owner')
  return digArray(comparison, 'notify').flatMap((entry, index) =>
    digArray(entry, 'owners').flatMap((name, place) =>
      typeof name === 'string' ? unknownName(name, known, [...path, index, 'owners', place], 'owner') : [],
    ),
  )
}

function unknownName(name: string, known: readonly string[], at: Path, what: 'cluster' | 'owner'): Problem[] {
  if (known.includes(name)) return []
  const nearest = nearestName(name, known)
  const instead = nearest === null ? `write the name of one of ${what}s` : `did you mean ${nearest}?`
  return [problemAt(at, `is no ${what} of this file; ${instead}`)]
}

function namesOf(document: Json, section: string, key: string): string[] {
  return digArray(document, section).flatMap((item) => digString(item, key) ?? [])
}
