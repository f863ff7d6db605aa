import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../model/errors.ts'
import type { Config, Environment } from './config.ts'
import { crossProblems, OPEN_TO_ALL } from './cross-checks.ts'
import { resolveConfig } from './resolve-config.ts'
import { configSchema } from './schema.ts'
import { checkSchema } from './schema-problems.ts'
import { isLoopback } from './sections/server.ts'
import { sourceProblems, type Role } from './source-problems.ts'
import { parseStrict, type StrictDocument } from './strict-document.ts'
import { readHostPort } from './words.ts'

export type LoadOptions = {
  readonly path: string
  readonly env: Environment
  /** Default `all`: whatever is named must be there. */
  readonly role?: Role
}

/**
 * Reads a configuration file. Throws one `config-invalid` that lists every problem with its path, line and column, variables and
 * files that are missing included; `file-unreadable` where there is no such file.
 */
export function loadConfig({ path, env, role = 'all' }: LoadOptions): Config {
  return readConfigFile(path, { env, role }).config
}

/** As {@link loadConfig}; with null, without asking whether the variables and files that it names are there. */
export function readConfigFile(
  path: string,
  sources: { readonly env: Environment; readonly role: Role } | null,
): ReadConfig {
  const file = resolve(path)
  const folder = dirname(file)
  const document = parseStrict(readText(file, path), path)
  const checked = checkSchema(configSchema, document.value)
  const problems = [
    ...('value' in checked ? [] : checked),
    ...crossProblems(document.value),
    ...(sources === null ? [] : sourceProblems(document.value, { ...sources, folder })),
  ]
  if (!('value' in checked) || problems.length > 0) throw document.invalid(problems)
  return { config: resolveConfig(checked.value, file, folder, document.lineOf), document, folder }
}

export type ReadConfig = { readonly config: Config; readonly document: StrictDocument; readonly folder: string }

/** The file to read: the one named, else FLUX_COMPARE_CONFIG, else `flux-compare.yaml` in `folder` if it exists; else null. */
export function findConfigFile(named: string | null, env: Environment, folder: string): string | null {
  const given = named ?? env['FLUX_COMPARE_CONFIG']
  if (given) return resolve(folder, given)
  const usual = join(folder, 'flux-compare.yaml')
  return existsSync(usual) ? usual : null
}

/** The configuration with another address to listen on (`--listen`). Throws `input-invalid`. */
export function withListen(config: Config, listen: string): Config {
  const address = readHostPort(listen)
  if (!address)
    throw new AppError('input-invalid', `--listen ${listen} is not host:port`, {
      hint: 'For example: --listen 127.0.0.1:8080',
    })
  if (!isLoopback(address) && config.access.tokens.length === 0) {
    throw new AppError('input-invalid', `--listen ${listen} ${OPEN_TO_ALL}`, {
      hint: 'Add access.tokens to the configuration: whoever reaches the service could read all of it.',
    })
  }
  return { ...config, server: { ...config.server, listen: address } }
}

function readText(file: string, path: string): string {
  try {
    if (statSync(file).isDirectory()) throw new AppError('file-unreadable', `the configuration ${path} is a folder`)
    const bytes = readFileSync(file)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new AppError('config-invalid', `the configuration ${path} is not UTF-8 text`, { cause: error })
    }
    throw new AppError('file-unreadable', `the configuration ${path} cannot be read (${code ?? 'unknown'})`, {
      cause: error,
    })
  }
}
