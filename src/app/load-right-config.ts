import type { Config } from '../config/config.ts'
import { readConfigFile } from '../config/load-config.ts'
import type { Role } from '../config/source-problems.ts'
import { requireRightRules } from './read-rules.ts'
import type { Environment } from './settings.ts'

export type ConfigPlace = { readonly path: string; readonly env: Environment; readonly role: Role }

/** Reads a configuration whose rules can be asked. Throws `config-invalid` with every problem; `file-unreadable`. */
export function loadRightConfig({ path, env, role }: ConfigPlace): Config {
  const { config, document } = readConfigFile(path, { env, role })
  requireRightRules({ rules: config.rules, document })
  return config
}
