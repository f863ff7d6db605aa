import { Option, type Command } from 'commander'
import { SERVER_OPTION } from './options.ts'
import type { Streams } from './streams.ts'

type Outcome = { code: number }
type Options = Record<string, unknown>

const EXAMPLES = `
Examples:
  # When does what run next, and what became of the last time?
  flux-compare schedule --server https://flux-compare.example.com

  # Compare now, and not only tomorrow morning
  flux-compare schedule run prod-vs-staging --server https://flux-compare.example.com`

/** The comparisons that a service runs by itself. */
export function addScheduleCommands(program: Command, streams: Streams, outcome: Outcome): void {
  const schedule = program
    .command('schedule')
    .description('Say when the comparisons of a service run, and let them run or not.')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES)
  addReads(schedule, streams, outcome)
  addChanges(schedule, streams, outcome)
}

function withServer(command: Command): Command {
  return command.requiredOption(...SERVER_OPTION)
}

function addReads(schedule: Command, streams: Streams, outcome: Outcome): void {
  const list = schedule
    .command('list', { isDefault: true })
    .description('List the comparisons of the configuration: when they run, and what became of the last due time.')
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml', 'name']).default('table'),
    )
  withServer(list).action(async (options: Options) => {
    const { scheduleListCommand } = await import('./schedule.ts')
    outcome.code = await scheduleListCommand(options, streams)
  })
  const show = schedule
    .command('show')
    .description('Show one of them, with what became of its last due times.')
    .argument('<name>', 'Name of the comparison.')
    .option('--limit <n>', 'How many due times.', '20')
    .addOption(new Option('-o, --output <format>', 'Output format.').choices(['text', 'json', 'yaml']).default('text'))
  withServer(show).action(async (name: string, options: Options) => {
    const { scheduleShowCommand } = await import('./schedule.ts')
    outcome.code = await scheduleShowCommand(name, options, streams)
  })
}

function addChanges(schedule: Command, streams: Streams, outcome: Outcome): void {
  const change = (name: 'pause' | 'resume' | 'run', description: string): Command => {
    const command = schedule.command(name).description(description).argument('<name>', 'Name of the comparison.')
    return withServer(command).action(async (comparison: string, options: Options) => {
      const { scheduleChangeCommand } = await import('./schedule.ts')
      outcome.code = await scheduleChangeCommand(name, comparison, options, streams)
    })
  }
  change('pause', 'Let nothing run by itself until it is resumed.').option('--reason <text>', 'Why.')
  change('resume', 'End the pause.')
  change('run', 'Run it now, also while it is paused.')
}
