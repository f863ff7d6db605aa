import type { Config } from '../config/config.ts'
import { readConfigFile } from '../config/load-config.ts'
import type { Role } from '../config/source-problems.ts'
import { expressionProblems } from './expression-problems.ts'
import type { Environment } from './settings.ts'

export type ConfigPlace = { readonly path: string; readonly env: Environment; readonly role: Role }

/** Reads a configuration whose rules and comparisons can be asked. Throws `config-invalid` with every problem; `file-unreadable`. */
export function loadRightConfig({ path, env, role }: ConfigPlace): Config {
  const { config, document } = readConfigFile(path, { env, role })
  const problems = expressionProblems(config)
  if (problems.length > 0) throw document.invalid(problems)
  return config
}
