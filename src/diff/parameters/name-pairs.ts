import { refKey } from '../../model/resource-ref.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import { isDataRef } from '../side.ts'
import { stemKey } from '../stem-key.ts'
import type { Replacer } from './replacer.ts'

/** A cluster with the names of its objects. */
export type Named = { readonly refs: readonly ResourceRef[]; readonly replacer: Replacer }

/** A name that may be paired with one on another cluster, which also has an object of exactly that name. */
export type Doubt<T extends Named> = {
  readonly ref: ResourceRef
  readonly on: T
  readonly counterpart: ResourceRef
  readonly other: T
}

export type NamePairs<T extends Named> = {
  /** What an object of a cluster is called over all: with marks for parameters where another cluster has its counterpart. */
  readonly of: (ref: ResourceRef, named: T) => ResourceRef
  readonly doubts: readonly Doubt<T>[]
}

/**
 * Pairs `apps-prod` of one cluster with `apps-staging` of another. A name is mapped only where a cluster of another name has a counterpart,
 * else it stays as it is; where an object could also be paired with one of exactly its name, nobody can say which is meant: names decide.
 */
export function pairNames<T extends Named>(clusters: readonly T[]): NamePairs<T> {
  const taken = new Map(clusters.map((named) => [named, new Set(named.refs.map(refKey))]))
  const isOn = (ref: ResourceRef, named: T): boolean => taken.get(named)!.has(refKey(ref))
  const mapped = new Set<string>()
  const doubts: Doubt<T>[] = []
  for (const [key, names] of collectTemplates(clusters)) {
    if (new Set([...names.values()].map(keyOf)).size < 2) continue
    const doubt = ambiguity(names, isOn)
    if (doubt === null) mapped.add(key)
    else doubts.push(doubt)
  }
  return {
    of: (ref, named) => {
      const template = templateOf(ref, named.replacer)
      return mapped.has(keyOf(template)) ? template : ref
    },
    doubts,
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

type Names<T> = Map<T, ResourceRef>

function collectTemplates<T extends Named>(clusters: readonly T[]): Map<string, Names<T>> {
  const templates = new Map<string, Names<T>>()
  for (const named of clusters) {
    for (const ref of named.refs) {
      const template = templateOf(ref, named.replacer)
      if (template === ref) continue
      const key = keyOf(template)
      const names = templates.get(key) ?? new Map<T, ResourceRef>()
      templates.set(key, names.set(named, ref))
    }
  }
  return templates
}

/** Whether one of the clusters also has an object of exactly the name that another one uses. */
function ambiguity<T extends Named>(names: Names<T>, isOn: (ref: ResourceRef, named: T) => boolean): Doubt<T> | null {
  for (const [on, ref] of names) {
    for (const [other, counterpart] of names) {
      if (refKey(ref) !== refKey(counterpart) && isOn(ref, other)) return { ref, on, counterpart, other }
    }
  }
  return null
}
