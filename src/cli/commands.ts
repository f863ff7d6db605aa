import { Argument, Option, type Command } from 'commander'
import {
  addComparisonOptions,
  addConnectionOptions,
  addHistoryOptions,
  addOutputOptions,
  addScopeOptions,
  addServerOption,
  SERVER_OPTION,
} from './options.ts'
import { addDriftCommands } from './commands-drift.ts'
import { addOperatingCommands } from './commands-operate.ts'
import { addReportCommand } from './commands-report.ts'
import { addRulesCommands } from './commands-rules.ts'
import { addScheduleCommands } from './commands-schedule.ts'
import type { Streams } from './streams.ts'

type Outcome = { code: number }

const EXAMPLES = `
Examples:
  # How does production differ from staging?
  flux-compare staging production

  # What changed in production since the last time it was read?
  flux-compare production@previous production

  # Gate a promotion: rendered manifests against the cluster, as a pull-request comment
  flux-compare file:./clusters/staging production -o markdown

  # One object, and why other differences in it do not count
  flux-compare staging production --resource HelmRelease/shop/frontend --explain

Exit codes: 0 in sync, 1 drifted, 2 error or incomplete (something could not be read).`

/** Adds every command. Each action imports its own module, so that help and completion load nothing else. */
export function addCommands(program: Command, streams: Streams, outcome: Outcome): void {
  addCompare(program, streams, outcome)
  addClusters(program, streams, outcome)
  addSnapshot(program, streams, outcome)
  addHistory(program, streams, outcome)
  addShow(program, streams, outcome)
  addConfig(program, streams, outcome)
  addRulesCommands(program, streams, outcome)
  addDriftCommands(program, streams, outcome)
  addReportCommand(program, streams, outcome)
  addScheduleCommands(program, streams, outcome)
  addDemo(program, streams, outcome)
  addOperatingCommands(program, streams, outcome)
  addCompletion(program, streams)
  addVersion(program, streams)
  program.addHelpText('after', () => `\n${flagsOf(program.commands[0]!)}\n${EXAMPLES}`)
  program.usage('BASELINE TARGET... [flags]\n       flux-compare COMMAND [flags]')
}

/** The flags of the default command: the help of the program is where they are looked for. */
function flagsOf(compare: Command): string {
  const help = compare.helpInformation().split(/^Options:$/m)[1] ?? ''
  return `Flags of compare:${help.trimEnd()}`
}

function addCompare(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('compare', { isDefault: true })
    .description('Compare a baseline with one or more targets (the default command).')
    .argument(
      '<side...>',
      'Context names, CLUSTER@previous|latest|TIME|AGE|ID, or file:PATH (file:- is standard input).',
    )
  addOutputOptions(addHistoryOptions(addComparisonOptions(addScopeOptions(addConnectionOptions(command)))))
  addServerOption(command).option(
    '--max-age <duration>',
    'With --server: kept snapshots will do that are no older than this.',
  )
  command.addHelpText('after', EXAMPLES).action(async (sides: string[], options: Record<string, unknown>) => {
    if (typeof options['server'] === 'string') {
      const { remoteCompare } = await import('./remote.ts')
      outcome.code = await remoteCompare(sides, options, streams)
      return
    }
    const { compareCommand } = await import('./compare.ts')
    outcome.code = await compareCommand(sides, options, streams)
  })
}

function addClusters(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('clusters')
    .description(
      'List the contexts that can be compared; with --check, also whether they answer and which Flux they run.',
    )
    .option('--check', 'Ask each cluster for its version, its Flux and what may be read.')
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml', 'name']).default('table'),
    )
  addServerOption(addConnectionOptions(command)).action(async (options: Record<string, unknown>) => {
    if (typeof options['server'] === 'string') {
      const { remoteClusters } = await import('./remote.ts')
      outcome.code = await remoteClusters(options, streams)
      return
    }
    const { clustersCommand } = await import('./clusters.ts')
    outcome.code = await clustersCommand(options, streams)
  })
}

function addSnapshot(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('snapshot')
    .description(
      'Read clusters and keep what was read; with -o json or yaml, also print it (masked), to be compared later as file:PATH.',
    )
    .argument('<cluster...>', 'Context names.')
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml']).default('table'),
    )
    .option('-q, --quiet', 'Do not show progress.')
  addServerOption(addHistoryOptions(addScopeOptions(addConnectionOptions(command)))).action(
    async (clusters: string[], options: Record<string, unknown>) => {
      if (typeof options['server'] === 'string') {
        const { remoteSnapshot } = await import('./remote.ts')
        outcome.code = await remoteSnapshot(clusters, options, streams)
        return
      }
      const { snapshotCommand } = await import('./snapshot.ts')
      outcome.code = await snapshotCommand(clusters, options, streams)
    },
  )
}

function addHistory(program: Command, streams: Streams, outcome: Outcome): void {
  program
    .command('history')
    .description('List kept snapshots and comparisons, newest first.')
    .argument('[cluster]', 'Only snapshots of this cluster.')
    .option('--limit <n>', 'How many of each.', '20')
    .option('--history <path>', 'File that keeps snapshots. Default: flux-compare/history.db in the XDG state folder.')
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml', 'name']).default('table'),
    )
    .option(...SERVER_OPTION)
    .action(async (cluster: string | undefined, options: Record<string, unknown>) => {
      if (typeof options['server'] === 'string') {
        const { remoteHistory } = await import('./remote.ts')
        outcome.code = await remoteHistory(cluster, options, streams)
        return
      }
      const { historyCommand } = await import('./history.ts')
      outcome.code = await historyCommand(cluster, options, streams)
    })
}

function addShow(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('show')
    .description('Print a kept comparison (run_...) again, in any format, or export a kept snapshot (snap_...).')
    .argument('<id>', 'Id, or its beginning where that is unique.')
    .option('--history <path>', 'File that keeps snapshots. Default: flux-compare/history.db in the XDG state folder.')
  addOutputOptions(addServerOption(command)).action(async (id: string, options: Record<string, unknown>) => {
    if (typeof options['server'] === 'string') {
      const { remoteShow } = await import('./remote.ts')
      outcome.code = await remoteShow(id, options, streams)
      return
    }
    const { showCommand } = await import('./show.ts')
    outcome.code = await showCommand(id, options, streams)
  })
}

function addConfig(program: Command, streams: Streams, outcome: Outcome): void {
  program
    .command('config')
    .description(
      'Check a configuration file, print what it comes to with all defaults, or print the JSON Schema of such files.',
    )
    .addArgument(new Argument('<action>', 'What to do.').choices(['check', 'print', 'schema']))
    .argument('[file]', 'Default: FLUX_COMPARE_CONFIG, then flux-compare.yaml in this folder.')
    .addOption(
      new Option(
        '--role <role>',
        'Check what a process of this role needs: a worker needs no tokens and no certificate.',
      )
        .choices(['all', 'api', 'worker'])
        .default('all'),
    )
    .action(async (action: string, file: string | undefined, options: Record<string, unknown>) => {
      const { configCommand } = await import('./config.ts')
      outcome.code = await configCommand(action, file, options, streams)
    })
}

function addDemo(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('demo')
    .description(
      'Start a simulated fleet of three clusters, compare it as real clusters are, and say what to try next.',
    )
    .option('--keep', 'Keep the fleet running until Ctrl-C, to try commands on it.')
    .option('--serve', 'Serve the fleet (see flux-compare serve) until Ctrl-C.')
    .option('--listen <host:port>', 'Where --serve listens. Default: 127.0.0.1:8080.')
    .addOption(
      new Option(
        '--report',
        'Tell a chat on this machine the drift reports of three days of the fleet, and draw the last message.',
      ).conflicts(['keep', 'serve']),
    )
    .option('--out <file>', 'Where --report draws it. Default: a file among the temporary ones.')
  addOutputOptions(command).action(async (options: Record<string, unknown>) => {
    const { demoCommand } = await import('./demo.ts')
    outcome.code = await demoCommand(options, streams)
  })
}

function addCompletion(program: Command, streams: Streams): void {
  program
    .command('completion')
    .description('Print a completion script for a shell.')
    .argument('<shell>', 'bash, zsh, fish or powershell.')
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion.ts')
      await streams.stdout.write(completionScript(shell))
    })
}

function addVersion(program: Command, streams: Streams): void {
  program
    .command('version')
    .description('Print the version.')
    .addOption(new Option('-o, --output <format>', 'Output format.').choices(['text', 'json', 'yaml']).default('text'))
    .action(async (options: Record<string, unknown>) => {
      const { versionCommand } = await import('./version.ts')
      await versionCommand(options, streams)
    })
}
