import { checkConfig } from '../app/check-config.ts'
import { configJsonSchema } from '../config/json-schema.ts'
import { findConfigFile, readConfigFile } from '../config/load-config.ts'
import { printConfig } from '../config/print-config.ts'
import type { Role } from '../config/source-problems.ts'
import { AppError } from '../model/errors.ts'
import { text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'

/**
 * `flux-compare config check|print|schema [FILE]`: whether the configuration is right, what it comes to, and the schema it is checked
 * by. Throws `config-invalid` with every problem; exit code 2.
 */
export async function configCommand(
  action: string,
  file: string | undefined,
  flags: Flags,
  streams: Streams,
): Promise<number> {
  if (action === 'schema') {
    await streams.stdout.write(configJsonSchema())
    return 0
  }
  const path = fileOf(file ?? null, streams)
  if (action === 'print') {
    await streams.stdout.write(printConfig(readConfigFile(path, null).config))
    return 0
  }
  const { clusters } = checkConfig({ path, env: streams.env, role: (text(flags, 'role') ?? 'all') as Role })
  const count = clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`
  await streams.stdout.write(`${path} is valid: ${count}\n`)
  return 0
}

/** As it was written where it was written: messages name it like that. */
function fileOf(named: string | null, { env }: Streams): string {
  const found = named ?? findConfigFile(null, env, process.cwd())
  if (found !== null) return found
  throw new AppError('input-invalid', 'no configuration is named, and there is no flux-compare.yaml here', {
    hint: 'Name one: flux-compare config check FILE, or set FLUX_COMPARE_CONFIG. Without one, every context of the kubeconfig is a cluster.',
  })
}
