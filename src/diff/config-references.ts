import type { FoundConfig } from '../flux/effective.ts'
import { refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference } from '../model/snapshot.ts'
import type { Side } from './side.ts'

/** References to the ConfigMaps and Secrets that effective values come from. */
export type ConfigReferences = {
  /** Those of one object, by the field that they stand in. */
  readonly of: (side: Side, from: ResourceRef) => ReadonlyMap<string, Reference>
  /** `refKey`s of the objects whose references, or what they lead to, are not certainly the same on all clusters. */
  readonly differing: ReadonlySet<string>
}

const NONE: ReadonlyMap<string, Reference> = new Map()

export function indexConfigReferences(sides: readonly Side[]): ConfigReferences {
  const bySide = sides.map((side) => {
    const byObject = new Map<string, Map<string, Reference>>()
    for (const reference of side.snapshot.references) {
      if (reference.use !== 'values' && reference.use !== 'substitute') continue
      const key = refKey(reference.from)
      const known = byObject.get(key)
      if (known) known.set(reference.field, reference)
      else byObject.set(key, new Map([[reference.field, reference]]))
    }
    return byObject
  })
  return {
    of: (side, from) => bySide[side.index]?.get(refKey(from)) ?? NONE,
    differing: new Set([...new Set(bySide.flatMap((byObject) => [...byObject.keys()]))].filter((key) => differs(key))),
  }

  function differs(key: string): boolean {
    const [first, ...others] = sides.map((side): Referred => [side, bySide[side.index]?.get(key) ?? NONE])
    return first !== undefined && [first, ...others].some((other) => !isSameConfig(first, other))
  }
}

type Referred = readonly [side: Side, references: ReadonlyMap<string, Reference>]

function isSameConfig([one, references]: Referred, [other, others]: Referred): boolean {
  if (references.size !== others.size) return false
  for (const [field, reference] of references) {
    const [key, same] = [configKey(one, reference), others.get(field)]
    if (key === null || same === undefined || key !== configKey(other, same)) return false
  }
  return true
}

/** What is known of the target of a reference; undefined: the field names nothing that could be an object. */
export function findConfig(side: Side, reference: Reference | undefined): FoundConfig {
  if (reference === undefined) return { found: 'unknown', reason: 'it names no object', asked: true }
  const { state, to } = reference
  if (state === 'absent') return { found: 'absent' }
  if (state === 'not-asked') return { found: 'unknown', reason: 'not-asked', asked: false }
  if (state !== 'present') return { found: 'unknown', reason: `${state}: get`, asked: true }
  const entry = side.data.get(refKey(to))
  if (entry === undefined) return { found: 'unknown', reason: 'failed: get', asked: true }
  if (entry.limit !== null) return { found: 'unknown', reason: `limit: ${entry.limit}`, asked: true }
  return { found: 'present', body: side.snapshot.body(entry.digest) }
}

/** Equal where the target is certainly the same; null where it is not known, which is never the same as anything. */
export function configKey(side: Side, reference: Reference): string | null {
  if (reference.state === 'absent') return 'absent'
  const entry = reference.state === 'present' ? side.data.get(refKey(reference.to)) : undefined
  return entry === undefined || entry.limit !== null ? null : entry.digest
}
