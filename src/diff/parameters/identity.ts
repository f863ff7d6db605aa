import { displayRef, refKey } from '../../model/resource-ref.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { Found } from '../finding.ts'
import { isDataRef } from '../side.ts'
import type { Side } from '../side.ts'
import { stemKey } from '../stem-key.ts'
import type { Profiles } from '../rules/choice.ts'
import { createReplacer } from './replacer.ts'
import type { Replacer } from './replacer.ts'

/** The replacer of each side, by its index; null: no cluster has parameters. */
export type Replacers = readonly Replacer[] | null

/** What the parameters of each cluster replace; null where no cluster has any. */
export function createReplacers(sides: readonly Side[], profiles: Profiles): Replacers {
  const parameters = sides.map(({ name }) => (Object.hasOwn(profiles, name) ? profiles[name]!.parameters : {}))
  if (parameters.every((one) => Object.keys(one).length === 0)) return null
  return parameters.map(createReplacer)
}

/** What an object of a side is called over all clusters: with the names of parameters where another cluster has its counterpart. */
export type Identity = {
  readonly of: (ref: ResourceRef, side: Side) => ResourceRef
  readonly findings: readonly Found[]
}

type Names = Map<Side, ResourceRef>

/**
 * Pairs `apps-prod` of one cluster with `apps-staging` of another. A name is mapped only where a cluster of another name has a
 * counterpart, else it stays as it is; where an object could also be paired with one of exactly its name, nobody can say which is meant: that
 * is told, and names decide.
 */
export function createIdentity(sides: readonly Side[], replacers: Replacers): Identity {
  if (replacers === null) return { of: (ref) => ref, findings: [] }
  const templates = collectTemplates(sides, replacers)
  const taken = new Set(sides.flatMap((side) => refsOn(side).map((ref) => `${side.index} ${refKey(ref)}`)))
  const isOn = (ref: ResourceRef, side: Side): boolean => taken.has(`${side.index} ${refKey(ref)}`)
  const mapped = new Set<string>()
  const findings: Found[] = []
  for (const [key, names] of templates) {
    if (new Set([...names.values()].map(keyOf)).size < 2) continue
    const doubt = ambiguity(names, isOn)
    if (doubt === null) mapped.add(key)
    else findings.push(doubt)
  }
  return {
    of: (ref, side) => {
      const template = templateOf(ref, replacers[side.index]!)
      return mapped.has(keyOf(template)) ? template : ref
    },
    findings,
  }
}

/** ConfigMaps and Secrets whose names differ in a generated hash are one object. */
function keyOf(ref: ResourceRef): string {
  return isDataRef(ref) ? stemKey(ref) : refKey(ref)
}

function templateOf(ref: ResourceRef, { replace }: Replacer): ResourceRef {
  const [namespace, name] = [replace(ref.namespace), replace(ref.name)]
  return namespace === ref.namespace && name === ref.name ? ref : { ...ref, namespace, name }
}

/** Every object that a side has or refers to. */
function refsOn({ snapshot }: Side): ResourceRef[] {
  return [...snapshot.entries.map(({ ref }) => ref), ...snapshot.references.map(({ to }) => to)]
}

function collectTemplates(sides: readonly Side[], replacers: readonly Replacer[]): Map<string, Names> {
  const templates = new Map<string, Names>()
  for (const side of sides) {
    for (const ref of refsOn(side)) {
      const template = templateOf(ref, replacers[side.index]!)
      if (template === ref) continue
      const key = keyOf(template)
      const names = templates.get(key) ?? new Map<Side, ResourceRef>()
      templates.set(key, names.set(side, ref))
    }
  }
  return templates
}

/** Whether one of the clusters also has an object of exactly the name that another one uses. */
function ambiguity(names: Names, isOn: (ref: ResourceRef, side: Side) => boolean): Found | null {
  for (const [side, ref] of names) {
    for (const [other, counterpart] of names) {
      if (refKey(ref) === refKey(counterpart) || !isOn(ref, other)) continue
      return {
        code: 'parameters-ambiguous',
        severity: 'medium',
        sides: [side, other].toSorted((a, b) => a.index - b.index),
        ref,
        subject: refKey(counterpart),
        message: `${displayRef(ref)} of ${side.name} may be ${displayRef(counterpart)} of ${other.name} by the parameters, or the object of its own name there; it is compared with the latter`,
        hint: 'Give the clusters parameters that tell the two apart.',
      }
    }
  }
  return null
}
