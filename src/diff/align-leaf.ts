import { isNothing, leafNormal } from '../flux/normal-form.ts'
import { fallbackAt, type LeafField, type LeafForm } from '../flux/field.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import type { EquivalenceCode } from './equivalences.ts'
import { setEqual, setLeaf, siteOf, type Pair, type Reason, type Side, type Walk } from './pair.ts'

const FORMS: Readonly<Record<LeafForm, EquivalenceCode>> = {
  plain: 'empty-absent',
  reference: 'generator-hash',
  duration: 'duration',
  path: 'path-form',
  quantity: 'quantity',
  'letter-case': 'letter-case',
  'one-line': 'one-line',
  'api-group': 'api-version-of-reference',
}

/** Compares two scalars of a known field, either of which may be absent. */
export function alignLeaf(pair: Pair, field: LeafField, walk: Walk): void {
  const { from, to } = pair
  if (namesOneObject(field, pair, walk)) {
    return setEqual(pair, {
      because: 'generator-hash',
      detail: 'the objects of these names are compared with each other',
    })
  }
  const a = leafNormal(field, from, siteOf(pair, walk, 'from'))
  const b = leafNormal(field, to, siteOf(pair, walk, 'to'))
  setLeaf(pair, textOf(a), textOf(b), reasonFor(pair, field, walk))
}

function textOf(normal: Json | undefined): string | undefined {
  return normal === undefined ? undefined : canonicalJson(normal)
}

function namesOneObject(field: LeafField, pair: Pair, walk: Walk): boolean {
  const { from, to } = pair
  if (field.form !== 'reference' || typeof from !== 'string' || typeof to !== 'string') return false
  return walk.context.sameReference(from, to)
}

function reasonFor(pair: Pair, field: LeafField, walk: Walk): Reason {
  const fromNothing = isNothing(field, pair.from)
  const toNothing = isNothing(field, pair.to)
  if (fromNothing && toNothing) return { because: 'empty-absent', detail: 'neither means anything' }
  if (!fromNothing && !toNothing) return { because: FORMS[field.form], detail: '' }
  return defaultReason(pair, field, { walk, side: fromNothing ? 'from' : 'to' })
}

function defaultReason(pair: Pair, field: LeafField, absent: { walk: Walk; side: Side }): Reason {
  const fallback = fallbackAt(field.fallback, siteOf(pair, absent.walk, absent.side))
  if (fallback === undefined) return { because: 'empty-absent', detail: '' }
  const derived = typeof field.fallback === 'function'
  const because = field.form === 'api-group' ? FORMS['api-group'] : derived ? 'derived-default' : 'default-value'
  return { because, detail: `absent means ${canonicalJson(fallback)}` }
}
