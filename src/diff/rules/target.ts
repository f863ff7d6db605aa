import { splitGeneratedName } from '../../flux/generator-name.ts'
import { digString, dig, isJsonObject } from '../../model/json.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { RuleTarget } from '../../model/rules.ts'
import { createKindTest } from '../filter.ts'
import { refsOf } from '../pairing.ts'
import type { Unit } from '../pairing.ts'
import { parseSelector } from '../selector.ts'
import type { Side } from '../side.ts'
import { namePattern } from './name-pattern.ts'
import type { TextTest } from './name-pattern.ts'

export type UnitTest = (unit: Unit, sides: readonly Side[]) => boolean

/**
 * Whether an object is one that a rule is about. Where clusters call it by different names, or it has labels on one of them only, one
 * that fits is enough, as for `--selector`. Throws `input-invalid` for a pattern or selector that cannot be read.
 */
export function unitTest(target: RuleTarget): UnitTest {
  const fits = refTest(target)
  const labels = target.labelSelector === undefined ? null : parseSelector(target.labelSelector)
  const annotations = target.annotationSelector === undefined ? null : parseSelector(target.annotationSelector)
  return (unit, sides) => {
    if (!refsOf(unit).some(fits)) return false
    if (labels && !unit.entries.some((entry) => entry !== null && labels(entry.labels))) return false
    return annotations === null || sides.some((side) => isAnnotated(unit, side, annotations))
  }
}

function refTest({ kind, group, namespace, name }: RuleTarget): (ref: ResourceRef) => boolean {
  const kinds = kind === undefined ? null : kindTest(kind)
  const groups = group === undefined ? null : namePattern(group)
  const namespaces = namespace === undefined ? null : namePattern(namespace)
  const names = name === undefined ? null : namePattern(name)
  return (ref) =>
    (kinds === null || kinds(ref)) &&
    (groups === null || groups(ref.group)) &&
    (namespaces === null || namespaces(ref.namespace)) &&
    (names === null || isNamed(ref, names))
}

/** As users name kinds (`hr`, `helmreleases`), unless it is a pattern. */
function kindTest(kind: string): (ref: ResourceRef) => boolean {
  if (!kind.includes('*') && !kind.startsWith('/')) return createKindTest([kind])
  const fits = namePattern(kind)
  return (ref) => fits(ref.kind)
}

/** The hash that a generator appends changes with the content, so a name without it fits too. */
function isNamed({ group, kind, name }: ResourceRef, fits: TextTest): boolean {
  if (fits(name)) return true
  const generated = group === '' && (kind === 'ConfigMap' || kind === 'Secret') ? splitGeneratedName(name) : null
  return generated !== null && fits(generated.stem)
}

function isAnnotated(unit: Unit, side: Side, fits: (labels: Readonly<Record<string, string>>) => boolean): boolean {
  const entry = unit.entries[side.index]
  if (!entry) return false
  const annotations = dig(side.snapshot.body(entry.digest), 'metadata', 'annotations')
  if (!isJsonObject(annotations)) return fits({})
  const texts = Object.keys(annotations).map((key) => [key, digString(annotations, key) ?? ''] as const)
  return fits(Object.fromEntries(texts))
}
