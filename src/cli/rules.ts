import { addRule } from '../app/add-rule.ts'
import { openKeptHistory } from '../app/kept-history.ts'
import { AppError } from '../model/errors.ts'
import { ruleFor } from '../service/rule-for.ts'
import { withRuledComparison, exitCodeOf } from './compare.ts'
import { renderList } from './data-output.ts'
import { historyOf, list, text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'

/** `flux-compare rules check BASELINE TARGET...`: what each rule did. Exit code 1 where one matched nothing or expired. */
export async function rulesCheckCommand(sides: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  if (list(flags, 'rules').length === 0 && text(flags, 'config') === null) {
    throw new AppError('input-invalid', 'no rules are named', { hint: 'Name a file: --rules FILE, or --config FILE.' })
  }
  return withRuledComparison(sides, flags, streams, async ({ comparison, usage }) => {
    const rows = usage.map(({ rule, expired, matched, hidden, expected, broken, overlaps }) => ({
      rule: rule.id,
      action: rule.action,
      matched,
      hidden,
      expected,
      broken,
      note: [
        ...(expired ? [`expired on ${rule.expires}`] : matched === 0 ? ['matched nothing'] : []),
        ...(overlaps.length > 0 ? [`overlaps with ${overlaps.join(', ')}`] : []),
      ].join('; '),
    }))
    const heads = ['RULE', 'ACTION', 'MATCHED', 'HIDDEN', 'EXPECTED', 'BROKEN', 'NOTE']
    const cells = rows.map((row) => Object.values(row).map(String))
    await streams.stdout.write(renderList(text(flags, 'output') ?? 'table', { rules: rows }, { heads, rows: cells }))
    if (comparison.verdict === 'incomplete') return exitCodeOf(comparison, null)
    return Number(usage.some(({ expired, matched }) => expired || matched === 0))
  })
}

/** `flux-compare rules add FINGERPRINT`: writes the rule for one difference of a kept comparison into a file. */
export async function rulesAddCommand(fingerprint: string, flags: Flags, streams: Streams): Promise<number> {
  const path = list(flags, 'rules')[0]
  const reason = text(flags, 'reason')
  if (path === undefined || reason === null) {
    throw new AppError('input-invalid', 'a rule needs --rules FILE and --reason WHY')
  }
  const history = openKeptHistory(historyOf(flags) ?? undefined, streams.env)
  try {
    const run = text(flags, 'run') ?? history.listComparisons(1)[0]?.id
    const comparison = run === undefined ? null : history.loadComparison(run)
    if (!comparison) throw new AppError('snapshot-unknown', `no comparison ${run ?? ''} is kept`.replace('  ', ' '))
    const [owner, expires] = [text(flags, 'owner'), text(flags, 'expires')]
    const words = { reason, ...(owner === null ? {} : { owner }), ...(expires === null ? {} : { expires }) }
    addRule(path, ruleFor(comparison, fingerprint, words))
    await streams.stderr.write(`a rule was added to ${path}\n`)
    return 0
  } finally {
    history.close()
  }
}
