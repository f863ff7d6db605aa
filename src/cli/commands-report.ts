import { Option, type Command } from 'commander'
import { addConnectionOptions, addServerOption, durationOption } from './options.ts'
import type { Streams } from './streams.ts'

type Outcome = { code: number }

const EXAMPLES = `
Examples:
  # What would be told to whom, with the exact payloads; nothing is stored or sent
  flux-compare report prod-vs-staging --dry-run

  # Every weekday morning from cron or CI, without a service
  flux-compare report prod-vs-staging --config flux-compare.yaml

  # The newest report of a service
  flux-compare report prod-vs-staging --server https://flux-compare.example.com

Exit codes: 0 told, or nothing to tell; 2 error, or a message was not delivered.`

/** Drift reports: made and sent by the command line itself, or those of a service. */
export function addReportCommand(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('report')
    .description('Make the drift report of a comparison of the configuration, and tell it to its channels.')
    .argument('<name>', 'Name of the comparison.')
    .option('--dry-run', 'Store and send nothing: print what would be told to whom, and what its service would refuse.')
    .option('--channel <name>', 'With --dry-run: only what this channel gets.')
    .addOption(
      new Option('-o, --output <format>', 'Output format; html with --dry-run draws the messages.')
        .choices(['text', 'markdown', 'html', 'json'])
        .default('text'),
    )
    .option('--config <file>', 'Configuration. Default: FLUX_COMPARE_CONFIG, then ./flux-compare.yaml.')
    .option('--history <path>', 'File that keeps snapshots. Default: flux-compare/history.db in the XDG state folder.')
    .addOption(
      durationOption('--send-timeout <duration>', 'How long a message that is not taken is tried again. Default: 1m.'),
    )
    .option('-q, --quiet', 'Do not show progress.')
  addServerOption(addConnectionOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: Record<string, unknown>) => {
      if (typeof options['server'] === 'string') {
        const { remoteReport } = await import('./remote-report.ts')
        outcome.code = await remoteReport(name, options, streams)
        return
      }
      const { reportCommand } = await import('./report.ts')
      outcome.code = await reportCommand(name, options, streams)
    })
}
