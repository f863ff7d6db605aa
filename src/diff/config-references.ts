import type { FoundConfig } from '../flux/effective.ts'
import { readYamlValues } from '../flux/yaml.ts'
import type { JsonObject } from '../model/json.ts'
import { createRecent } from '../model/recent.ts'
import { refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Digest, Reference } from '../model/snapshot.ts'
import type { Side } from './side.ts'

/** References to the ConfigMaps and Secrets that effective values come from. */
export type ConfigReferences = {
  /** Those of one object, by the field that they stand in. */
  readonly of: (side: Side, from: ResourceRef) => ReadonlyMap<string, Reference>
  /** `refKey`s of the objects whose references, or what they lead to, are not certainly the same on all clusters. */
  readonly differing: ReadonlySet<string>
  /** What is known of the target of a reference; undefined: the field names nothing that could be an object. */
  readonly find: (side: Side, reference: Reference | undefined) => FoundConfig
  readonly readText: typeof readYamlValues
}

/** So many ConfigMaps and Secrets stay read, for the next of those that refer to them. */
const KEPT = 16

const NONE: ReadonlyMap<string, Reference> = new Map()

export function indexConfigReferences(sides: readonly Side[]): ConfigReferences {
  const bySide = sides.map((side) => {
    const byObject = new Map<string, Map<string, Reference>>()
    for (const reference of side.toData) {
      if (reference.use !== 'values' && reference.use !== 'substitute') continue
      const key = refKey(reference.from)
      const known = byObject.get(key)
      if (known) known.set(reference.field, reference)
      else byObject.set(key, new Map([[reference.field, reference]]))
    }
    return byObject
  })
  const bodies = createRecent<Digest, JsonObject>(KEPT)
  const texts = createRecent<string, ReturnType<typeof readYamlValues>>(KEPT)
  return {
    find: (side, reference) =>
      findConfig(side, reference, (digest) => bodies(digest, () => side.snapshot.body(digest))),
    readText: (text) => texts(text, readYamlValues),
    of: (side, from) => bySide[side.index]?.get(refKey(from)) ?? NONE,
    differing: new Set([...new Set(bySide.flatMap((byObject) => [...byObject.keys()]))].filter((key) => differs(key))),
  }

  function differs(key: string): boolean {
    const [first, ...others] = sides.map((side): Referred => [side, bySide[side.index]?.get(key) ?? NONE])
    return first !== undefined && !areSameConfig(first, others)
  }
}

type Referred = readonly [side: Side, references: ReadonlyMap<string, Reference>]

function areSameConfig([first, references]: Referred, others: readonly Referred[]): boolean {
  if (others.some(([, same]) => same.size !== references.size)) return false
  for (const [field, reference] of references) {
    const key = configKey(first, reference)
    if (key === null || !others.every(([side, same]) => isConfig(key, side, same.get(field)))) return false
  }
  return true
}

function isConfig(key: string, side: Side, reference: Reference | undefined): boolean {
  return reference !== undefined && configKey(side, reference) === key
}

function findConfig(side: Side, reference: Reference | undefined, bodyOf: (digest: Digest) => JsonObject): FoundConfig {
  if (reference === undefined) return { found: 'unknown', reason: 'it names no object', asked: true }
  const { state, to } = reference
  if (state === 'absent') return { found: 'absent' }
  if (state === 'not-asked') return { found: 'unknown', reason: 'not-asked', asked: false }
  if (state !== 'present') return { found: 'unknown', reason: `${state}: get`, asked: true }
  const entry = side.data.get(refKey(to))
  if (entry === undefined) return { found: 'unknown', reason: 'failed: get', asked: true }
  if (entry.limit !== null) return { found: 'unknown', reason: `limit: ${entry.limit}`, asked: true }
  return { found: 'present', body: bodyOf(entry.digest) }
}

/** Equal where the target is certainly the same; null where it is not known, which is never the same as anything. */
export function configKey(side: Side, reference: Reference): string | null {
  if (reference.state === 'absent') return 'absent'
  const entry = reference.state === 'present' ? side.data.get(refKey(reference.to)) : undefined
  return entry === undefined || entry.limit !== null ? null : entry.digest
}
