import { Option, type Command } from 'commander'
import { addConnectionOptions } from './options.ts'
import type { Streams } from './streams.ts'

type Outcome = { code: number }

/** Commands for running flux-compare rather than for asking it something. */
export function addOperatingCommands(program: Command, streams: Streams, outcome: Outcome): void {
  addServe(program, streams, outcome)
  addRbac(program, streams, outcome)
  addToken(program, streams, outcome)
  addBackup(program, streams, outcome)
  addRestore(program, streams, outcome)
}

function addServe(program: Command, streams: Streams, outcome: Outcome): void {
  program
    .command('serve')
    .description('Serve the REST API, take snapshots by jobs and keep the history. See docs/deployment.md.')
    .option(
      '--config <file>',
      'Configuration. Default: FLUX_COMPARE_CONFIG, then ./flux-compare.yaml, then every context.',
    )
    .option('--listen <host:port>', 'Where to listen, in the place of server.listen. Default: 127.0.0.1:8080.')
    .addOption(
      new Option('--role <role>', 'api: answers, records and compares; worker: reads clusters; all: both.')
        .choices(['all', 'api', 'worker'])
        .default('all'),
    )
    .option('--pool <name>', 'The pool whose clusters a worker reads. Default: default.')
    .option('--kubeconfig <path>', 'Kubeconfig whose contexts are served where there is no configuration.')
    .addOption(
      new Option('--log-level <level>', 'Least level that is logged.')
        .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
        .default('info'),
    )
    .action(async (options: Record<string, unknown>) => {
      const { serveCommand } = await import('./serve.ts')
      outcome.code = await serveCommand(options, streams)
    })
}

function addRbac(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('rbac')
    .description(
      'Print the Roles that reading a cluster needs, with the names of the ConfigMaps and Secrets referred to.',
    )
    .requiredOption('--context <context>', 'The cluster whose references are looked at.')
    .option(
      '-n, --namespace <name>',
      'Only what these namespaces refer to; may be given more than once.',
      (value, all) => [...((all as string[] | undefined) ?? []), value],
    )
    .option('--service-account <namespace/name>', 'Who gets the rights.', 'flux-compare/flux-compare')
    .option('--user <name>', 'A user in the place of the service account.')
    .option('--group <name>', 'A group in the place of the service account.')
    .option('-q, --quiet', 'Do not show progress.')
  addConnectionOptions(command).action(async (options: Record<string, unknown>) => {
    const { rbacCommand } = await import('./rbac.ts')
    outcome.code = await rbacCommand(options, streams)
  })
}

function addToken(program: Command, streams: Streams, outcome: Outcome): void {
  program
    .command('token')
    .description('Make an access token for the service: the token for its user, its hash for the configuration.')
    .argument('[name]', 'What the token is called in the configuration and in the audit log.', 'team')
    .action(async (name: string) => {
      const { tokenCommand } = await import('./token.ts')
      outcome.code = await tokenCommand(name, streams)
    })
}

function addBackup(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('backup')
    .description('Copy the history into a file, also while a service uses it. The copy is checked before it appears.')
    .argument('<file>', 'Where the copy goes.')
    .option('--force', 'Replace a file that is there.')
  addHistoryPlace(command).action(async (file: string, options: Record<string, unknown>) => {
    const { backupCommand } = await import('./backup.ts')
    outcome.code = await backupCommand(file, options, streams)
  })
}

function addRestore(program: Command, streams: Streams, outcome: Outcome): void {
  const command = program
    .command('restore')
    .description('Put a backup in the place of the history, which is kept under another name. Stop the service first.')
    .argument('<file>', 'What `flux-compare backup` wrote.')
  addHistoryPlace(command).action(async (file: string, options: Record<string, unknown>) => {
    const { restoreCommand } = await import('./backup.ts')
    outcome.code = await restoreCommand(file, options, streams)
  })
}

function addHistoryPlace(command: Command): Command {
  return command
    .option('--history <path>', 'The file. Default: history.path of the configuration, then as for every command.')
    .option('--config <file>', 'Default: FLUX_COMPARE_CONFIG, then flux-compare.yaml in this folder.')
}
