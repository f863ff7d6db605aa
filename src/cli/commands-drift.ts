import { Option, type Command } from 'commander'
import { SEVERITIES } from '../model/comparison.ts'
import { DRIFT_STATES } from '../service/ledger/ledger.ts'
import { addServerOption } from './options.ts'
import type { Streams } from './streams.ts'

type Outcome = { code: number }
type Options = Record<string, unknown>

/** The drift ledger: since when things differ, and who knows of it. */
export function addDriftCommands(program: Command, streams: Streams, outcome: Outcome): void {
  const drift = program
    .command('drift')
    .description('Say since when things differ, and take notes on it.')
    .helpCommand(false)
  addList(drift, streams, outcome)
  addShow(drift, streams, outcome)
  addNotes(drift, streams, outcome)
  addLag(drift, streams, outcome)
}

function addHistory(command: Command): Command {
  return addServerOption(
    command.option(
      '--history <path>',
      'File that keeps snapshots. Default: flux-compare/history.db in the XDG state folder.',
    ),
  )
}

function addList(drift: Command, streams: Streams, outcome: Outcome): void {
  const command = drift
    .command('list', { isDefault: true })
    .description('List differences and findings over time, newest first.')
    .addOption(
      new Option('--state <state>', 'Only this state. Default: open and settling.').choices([...DRIFT_STATES, 'all']),
    )
    .addOption(new Option('--severity <level>', 'Only this severity.').choices(SEVERITIES))
    .option('--kind <kind>', 'Only objects of this kind.')
    .option('-n, --namespace <name>', 'Only objects of this namespace.')
    .option('--cluster <name>', 'Only where this cluster disagrees.')
    .option('--definition <name>', 'Only of this comparison definition, by id or name.')
    .option('--limit <n>', 'How many.', '100')
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml', 'name']).default('table'),
    )
  addHistory(command).action(async (options: Options) => {
    const { driftListCommand } = await import('./drift.ts')
    outcome.code = await driftListCommand(options, streams)
  })
}

function addShow(drift: Command, streams: Streams, outcome: Outcome): void {
  const command = drift
    .command('show')
    .description('Show one of them: values, since when, with which revisions, and what happened to it.')
    .argument('<id>', 'Id; without --server its beginning will do.')
    .addOption(new Option('-o, --output <format>', 'Output format.').choices(['text', 'json', 'yaml']).default('text'))
  addHistory(command).action(async (id: string, options: Options) => {
    const { driftShowCommand } = await import('./drift.ts')
    outcome.code = await driftShowCommand(id, options, streams)
  })
}

function addNotes(drift: Command, streams: Streams, outcome: Outcome): void {
  const note = (name: string, description: string): Command =>
    addHistory(drift.command(name).description(description).argument('<id>', 'Id, as for show.'))
  note('ack', 'Say that it is known, until it becomes worse or comes back.')
    .requiredOption('--reason <text>', 'Why it is left as it is.')
    .option('--owner <text>', 'Whom to ask.')
    .action(async (id: string, options: Options) => {
      const { driftNoteCommand, acknowledgement } = await import('./drift.ts')
      outcome.code = await driftNoteCommand(id, acknowledgement(options), options, streams)
    })
  note('mute', 'Tell nobody of it until a time, whatever becomes of it.')
    .requiredOption('--until <time>', 'A date, a time (RFC 3339) or a duration from now (72h).')
    .option('--reason <text>', 'Why.')
    .action(async (id: string, options: Options) => {
      const { driftNoteCommand, muting } = await import('./drift.ts')
      outcome.code = await driftNoteCommand(id, muting(options, new Date()), options, streams)
    })
  for (const [name, what] of [
    ['unack', 'unacknowledge'],
    ['unmute', 'unmute'],
  ] as const) {
    note(name, 'Take that back.').action(async (id: string, options: Options) => {
      const { driftNoteCommand } = await import('./drift.ts')
      outcome.code = await driftNoteCommand(id, { do: what }, options, streams)
    })
  }
}

function addLag(drift: Command, streams: Streams, outcome: Outcome): void {
  const command = drift
    .command('lag')
    .description('Say which version of each application is on which cluster, and for how long the last one is behind.')
    .argument('[cluster...]', 'The baseline and its targets. Default: all clusters of which snapshots are kept.')
    .option('--comparison <name>', 'The clusters, kinds and namespaces of this comparison of the configuration.')
    .option('--all', 'Also applications that are the same everywhere.')
    .option('--config <file>', 'Configuration with the comparison, and with parameters by which objects pair.')
    .addOption(
      new Option('-o, --output <format>', 'Output format.').choices(['table', 'json', 'yaml']).default('table'),
    )
  addHistory(command).action(async (clusters: string[], options: Options) => {
    const { driftLagCommand } = await import('./lag.ts')
    outcome.code = await driftLagCommand(clusters, options, streams)
  })
}
