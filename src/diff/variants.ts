import type { Digest } from '../model/snapshot.ts'
import type { Side } from './side.ts'

/** The clusters in which an object has the same content, in the order given. */
export type Variant = { readonly digest: Digest; readonly sides: readonly Side[] }

/** Groups the sides by digest, in order of first appearance. */
export function variantsOf(sides: readonly Side[], digestOf: (side: Side) => Digest): Variant[] {
  const groups = Map.groupBy(sides, digestOf)
  return [...groups].map(([digest, members]) => ({ digest, sides: members }))
}

/** Beyond this many variants of one object, equivalent ones are looked for among the largest only: comparing all pairs is quadratic. */
const MAX_CLASSES = 8

/**
 * The clusters that hold the variant against which the others are measured; the first of them represents it. It is the baseline's if the
 * baseline has the object, else the most common one, where variants that mean the same count as one; of equally common ones, the first.
 */
export function chooseAgainst(
  variants: readonly Variant[],
  baseline: Side | null,
  same: (a: Variant, b: Variant) => boolean,
): readonly Side[] {
  const own = variants.find((variant) => baseline !== null && variant.sides.includes(baseline))
  if (baseline !== null && own !== undefined) {
    const equal = variants.filter((variant) => variant === own || same(own, variant))
    return [baseline, ...sidesOf(equal).filter((side) => side !== baseline)]
  }
  const classes: Variant[][] = []
  for (const variant of [...variants].sort(bySize)) {
    const known = classes.slice(0, MAX_CLASSES).find(([first]) => first !== undefined && same(first, variant))
    if (known) known.push(variant)
    else classes.push([variant])
  }
  const [common] = classes.map(sidesOf).sort((a, b) => b.length - a.length || firstOf(a) - firstOf(b))
  return common ?? []
}

function bySize(a: Variant, b: Variant): number {
  return b.sides.length - a.sides.length || firstOf(a.sides) - firstOf(b.sides)
}

function firstOf(sides: readonly Side[]): number {
  return sides[0]?.index ?? -1
}

function sidesOf(variants: readonly Variant[]): Side[] {
  return variants.flatMap((variant) => variant.sides).sort((a, b) => a.index - b.index)
}
