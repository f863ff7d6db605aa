import { Option, type Command } from 'commander'
import {
  addComparisonOptions,
  addConnectionOptions,
  addHistoryOptions,
  addScopeOptions,
  rulesOption,
} from './options.ts'
import type { Streams } from './streams.ts'

type Outcome = { code: number }

const SIDES = 'Context names, CLUSTER@previous|latest|TIME|AGE|ID, or file:PATH.'

/** Commands for saying which differences are meant to be. */
export function addRulesCommands(program: Command, streams: Streams, outcome: Outcome): void {
  const rules = program
    .command('rules')
    .description('Check rules against clusters, or write one for a difference.')
    .helpCommand(false)
  addCheck(rules, streams, outcome)
  addAdd(rules, streams, outcome)
  addSuggest(program, streams, outcome)
}

function addCheck(rules: Command, streams: Streams, outcome: Outcome): void {
  const command = rules
    .command('check')
    .description('List what each rule does, and which matched nothing, expired or overlap.')
    .argument('<side...>', SIDES)
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml', 'name']).default('table'),
    )
    .option('-q, --quiet', 'Do not show progress.')
  addHistoryOptions(addComparisonOptions(addScopeOptions(addConnectionOptions(command)))).action(
    async (sides: string[], options: Record<string, unknown>) => {
      const { rulesCheckCommand } = await import('./rules.ts')
      outcome.code = await rulesCheckCommand(sides, options, streams)
    },
  )
}

function addAdd(rules: Command, streams: Streams, outcome: Outcome): void {
  rules
    .command('add')
    .description(
      'Write the rule that ignores one difference of the last kept comparison into a file; comments in it stay.',
    )
    .argument('<fingerprint>', 'Fingerprint of the difference (-o wide shows them), or its beginning.')
    .addOption(rulesOption().makeOptionMandatory())
    .requiredOption('--reason <text>', 'Why it is meant to be.')
    .option('--owner <text>', 'Whom to ask.')
    .option('--expires <date>', 'After this date the rule has no effect.')
    .option('--run <id>', 'Another kept comparison.')
    .option('--history <path>', 'File that keeps snapshots. Default: flux-compare/history.db in the XDG state folder.')
    .action(async (fingerprint: string, options: Record<string, unknown>) => {
      const { rulesAddCommand } = await import('./rules.ts')
      outcome.code = await rulesAddCommand(fingerprint, options, streams)
    })
}

function addSuggest(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('suggest')
    .description(
      'Learn parameters (env, domain, region ...) from what differs, and print them as configuration to paste.',
    )
    .argument('<side...>', SIDES)
    .option('-q, --quiet', 'Do not show progress.')
  addHistoryOptions(addComparisonOptions(addScopeOptions(addConnectionOptions(command)))).action(
    async (sides: string[], options: Record<string, unknown>) => {
      const { suggestCommand } = await import('./suggest.ts')
      outcome.code = await suggestCommand(sides, options, streams)
    },
  )
}
