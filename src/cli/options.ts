import { InvalidArgumentError, Option, type Command } from 'commander'
import { LAYERS, SEVERITIES } from '../model/comparison.ts'
import { OUTPUT_FORMATS } from '../report/formats.ts'
import { durationToMs } from '../service/duration-ms.ts'

/** Flags that say which cluster and how to get at it, as kubectl calls them. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--kubeconfig <path>',
      'Kubeconfig file. Default: KUBECONFIG (a list of files), then ~/.kube/config, then in-cluster.',
    )
    .option('--as <user>', 'User to impersonate on every cluster.')
    .option('--as-group <group>', 'Group to impersonate; may be given more than once.', collect)
    .addOption(durationOption('--request-timeout <duration>', 'Time for a single request. Default: 30s.'))
    .addOption(durationOption('--timeout <duration>', 'Time for reading one cluster. Default: 2m.'))
}

/** Its value is in milliseconds. */
export function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(duration)
}

/** Flags that narrow what is read. */
export function addScopeOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'Only these namespaces; may be given more than once, or with commas.', collect)
    .option('-A, --all-namespaces', 'All namespaces (the default).')
    .option(
      '--kind <kind>',
      'Only these Flux kinds: name, plural or short name; more than once, or with commas.',
      collect,
    )
    .option('-l, --selector <selector>', 'Only objects with these labels, e.g. team=shop,tier!=edge.')
    .addOption(
      new Option(
        '--secrets <mode>',
        'Compare secret values by keyed fingerprints, by presence alone, or do not read Secrets.',
      )
        .choices(['equality', 'presence', 'off'])
        .default('equality'),
    )
}

export function addHistoryOptions(command: Command): Command {
  return command
    .option('--history <path>', 'File that keeps snapshots. Default: flux-compare/history.db in the XDG state folder.')
    .option('--no-history', 'Keep nothing, and use nothing kept.')
}

export const SERVER_OPTION = [
  '--server <url>',
  'Ask a flux-compare service instead of the clusters; its token is taken from FLUX_COMPARE_TOKEN.',
] as const

export function addServerOption(command: Command): Command {
  return command.option(...SERVER_OPTION)
}

export function addOutputOptions(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'Output format.').choices(OUTPUT_FORMATS).default('table'))
    .addOption(new Option('--color <when>', 'Colour the output.').choices(['auto', 'always', 'never']).default('auto'))
    .option('-q, --quiet', 'Do not show progress.')
}

export function addComparisonOptions(command: Command): Command {
  return command
    .option('--no-baseline', 'Measure against the most common variant of each object instead of the first side.')
    .option('--resource <kind/namespace/name>', 'Only this object and what it refers to.')
    .addOption(
      new Option(
        '--layer <layer>',
        `What to compare: ${LAYERS.join(', ')}, or all. Default: all but status and events. More than once, or with commas.`,
      ).argParser(collect),
    )
    .option(
      '--ignore <path>',
      'Path to leave out: a JSON pointer (/spec/interval) or a path with wildcards; may be repeated.',
      append,
    )
    .addOption(rulesOption())
    .addOption(parametersOption())
    .option('--config <path>', 'Configuration whose clusters, each read as it says, and whose rules apply.')
    .addOption(severityOption())
    .option('--show-parametric', 'Also list the differences that rules expect or parameters explain, and why.')
    .option('--explain', 'Also list the differences that were judged equivalent or ignored, and why.')
}

export function rulesOption(): Option {
  const help = 'File of rules that say which differences are meant to be; may be repeated.'
  return new Option('--rules <path>', help).argParser(append)
}

export function parametersOption(): Option {
  const help = "Values that are a cluster's own, as CLUSTER:env=prod,domain=example.com; may be repeated."
  return new Option('--parameters <cluster:name=value,...>', help).argParser(append)
}

function severityOption(): Option {
  const help = 'Show differences and findings from this severity on; the exit code follows what is shown.'
  return new Option('--severity <level>', help).choices(SEVERITIES)
}

function collect(value: string, previous: readonly string[] | undefined): string[] {
  const parts = value.split(',').map((part) => part.trim())
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('It has an empty part.')
  return [...(previous ?? []), ...parts]
}

function append(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

/** A Go duration as milliseconds; `0` is refused, since without a limit a dead cluster would never end. */
function duration(value: string): number {
  const milliseconds = durationToMs(value)
  if (milliseconds === null) throw new InvalidArgumentError('Write a duration such as 30s or 2m.')
  return milliseconds
}
