import { splitGeneratedName } from '../flux/generator-name.ts'
import type { Comparison, Difference, Drift } from '../model/comparison.ts'
import { AppError } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'

export type RuleWords = Pick<Rule, 'reason' | 'owner' | 'expires'>

/** Shorter beginnings of a fingerprint are refused: they are typing mistakes. */
const MIN_PREFIX = 6

/**
 * The rule that ignores one difference of a comparison, by its fingerprint or the beginning of it. A generated name is written without its
 * hash, and items of lists without identity as any item, so that the rule fits tomorrow too. Throws `input-invalid`.
 */
export function ruleFor(comparison: Comparison, fingerprint: string, words: RuleWords): Omit<Rule, 'id'> {
  const { drift, difference } = findDifference(comparison, fingerprint)
  const { group, kind, namespace, name } = drift.ref
  const target = {
    kind,
    ...(group === '' ? {} : { group }),
    ...(namespace === '' ? {} : { namespace }),
    name: group === '' ? (splitGeneratedName(name)?.stem ?? name) : name,
  }
  const { layer, path } = difference
  const place = layer === 'presence' ? {} : { paths: [path.replaceAll(/\[\+?\d+\]/g, '[*]')] }
  return { target, ...place, layers: [layer], action: 'ignore', ...words }
}

type Found = { readonly drift: Drift; readonly difference: Difference }

function findDifference({ id, drifts }: Comparison, fingerprint: string): Found {
  const all = drifts.flatMap((drift) => drift.differences.map((difference): Found => ({ drift, difference })))
  const found = all.filter(({ difference }) => difference.fingerprint.startsWith(fingerprint))
  const [first] = found
  if (fingerprint.length >= MIN_PREFIX && first !== undefined && found.length === 1) return first
  const what = found.length > 1 ? `is the beginning of ${found.length} fingerprints` : 'is no fingerprint'
  throw new AppError('input-invalid', `${fingerprint} ${what} of the comparison ${id}`, {
    hint: `Fingerprints stand in: flux-compare show ${id} -o wide; at least ${MIN_PREFIX} letters of one are needed.`,
  })
}
