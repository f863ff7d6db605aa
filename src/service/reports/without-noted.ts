import { ITEM_LISTS, type DriftReport } from '../../model/drift-report.ts'

/** Fingerprints of what people have said is known, or not to be told. */
export type NotedDrift = { readonly acknowledged: ReadonlySet<string>; readonly muted: ReadonlySet<string> }

/**
 * A report that waited, without what was acknowledged or muted since: it is counted as such, as a report made now would. That what is
 * acknowledged was resolved before is still told.
 */
export function withoutNoted(report: DriftReport, { acknowledged, muted }: NotedDrift): DriftReport {
  const lists = ITEM_LISTS.map((list) => {
    const kept = report[list].filter(
      ({ fingerprint }) => !muted.has(fingerprint) && (list === 'resolved' || !acknowledged.has(fingerprint)),
    )
    return [list, kept] as const
  })
  const open = ITEM_LISTS.filter((list) => list !== 'resolved').flatMap((list) => report[list])
  const silent = open.filter(({ fingerprint }) => muted.has(fingerprint)).length
  const known = open.filter(({ fingerprint }) => !muted.has(fingerprint) && acknowledged.has(fingerprint)).length
  const { aside } = report
  return {
    ...report,
    ...Object.fromEntries(lists),
    aside: { ...aside, acknowledged: aside.acknowledged + known, muted: aside.muted + silent },
  }
}
