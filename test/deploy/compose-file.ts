import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export type ComposeService = {
  readonly user?: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly security_opt: readonly string[]
  readonly mem_limit: string
  readonly ports?: readonly string[]
  readonly secrets?: readonly string[]
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly healthcheck: { readonly test: readonly string[] }
}

export type ComposeFile = { readonly services: Readonly<Record<string, ComposeService>> }

/** docker-compose.yml, with `${VARIABLE:...}` filled from `variables` where given. */
export function loadCompose(variables: Readonly<Record<string, string>> = {}): ComposeFile {
  const text = readFileSync('docker-compose.yml', 'utf8')
  const filled = text.replaceAll(/\$\{(\w+)[^}]*\}/g, (whole, name: string) => variables[name] ?? whole)
  return parse(filled, { merge: true }) as ComposeFile
}
