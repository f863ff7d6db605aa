import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { AppError, asAppError, ERRORS } from '../model/errors.ts'
import { VERSION } from '../model/version.ts'
import { addCommands } from './commands.ts'
import { processStreams, type Streams } from './streams.ts'

/**
 * Runs one command line and gives its exit code: 0 in sync, 1 drifted, 2 error or incomplete, 130 interrupted.
 * Nothing is printed to stdout but the data that was asked for; errors go to stderr as message and hint.
 */
export async function run(argv: readonly string[], streams: Streams = processStreams()): Promise<number> {
  if (argv[0] === '__complete' || argv[0] === '__completeNoDesc') {
    const { completeCommandLine } = await import('./complete.ts')
    return completeCommandLine(argv.slice(1), buildProgram(streams, { code: 0 }), streams)
  }
  const outcome = { code: 0 }
  const program = buildProgram(streams, outcome)
  if (argv.length === 0) return helpInstead(program, streams)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return outcome.code
  } catch (error) {
    return await report(error, streams)
  }
}

/** Nothing was asked for: the help, with an exit code that no script takes for a comparison without differences. */
async function helpInstead(program: Command, streams: Streams): Promise<number> {
  await streams.stderr.write(program.helpInformation())
  await streams.stderr.write(`\nTry: flux-compare demo, or flux-compare --help for flags and examples.\n`)
  return 2
}

/** The command tree, without running anything: also what completion reads. */
export function buildProgram(streams: Streams, outcome: { code: number }): Command {
  const program = new Command('flux-compare')
  program
    .description(
      'Compare what Flux is told to run on one Kubernetes cluster with what it is told to run on others.\n\n' +
        'Reads with get and list only, masks every secret value, and never reports as missing what it could not read.',
    )
    .version(VERSION, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print help.')
    .helpCommand(false)
    .enablePositionalOptions(false)
    .showSuggestionAfterError(true)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text).catch(() => (process.exitCode = 2)),
      writeErr: (text) => void streams.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => Math.min(streams.stdout.columns || 100, 110),
      getErrHelpWidth: () => Math.min(streams.stderr.columns || 100, 110),
    })
    .exitOverride()
  addCommands(program, streams, outcome)
  return program
}

async function report(error: unknown, streams: Streams): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return 2
    return tell(new AppError('input-invalid', error.message.replace(/^error: /, '')), streams)
  }
  if (error instanceof InvalidArgumentError) return tell(new AppError('input-invalid', error.message), streams)
  if (error instanceof DOMException && error.name === 'AbortError') {
    return tell(new AppError('interrupted', 'interrupted'), streams)
  }
  return tell(asAppError(error), streams)
}

async function tell(error: AppError, streams: Streams): Promise<number> {
  await streams.stderr.write(`error: ${error.message}\nhint: ${error.hint}\n`)
  if (error.code === 'internal' && streams.env['FLUX_COMPARE_DEBUG']) await streams.stderr.write(frames(error.cause))
  return ERRORS[error.code].exit
}

/** Where a fault of ours happened, without its message: a message may quote cluster content. */
function frames(cause: unknown): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : ''
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return `${lines.join('\n')}\n`
}
