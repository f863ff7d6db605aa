import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Config, Environment } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Role } from '../../src/config/source-problems.ts'
import { AppError } from '../../src/model/errors.ts'

/** What every configuration begins with: four lines. */
export const HEAD = `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: staging, context: stg }
`

/** A folder with these files, gone after the test. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-config-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

export function load(t: TestContext, text: string, env: Environment = {}, role: Role = 'all'): Config {
  return loadConfig({ path: join(folderWith(t, { 'config.yaml': text }), 'config.yaml'), env, role })
}

/** The rows below the head line, without the folder of the test. */
export function problemsOf(t: TestContext, text: string, env: Environment = {}, role: Role = 'all'): string[] {
  const folder = folderWith(t, { 'config.yaml': text })
  try {
    loadConfig({ path: join(folder, 'config.yaml'), env, role })
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.code, 'config-invalid')
    const [head, ...rows] = error.message.replaceAll(`${folder}/`, '').split('\n')
    assert.match(head!, /^config\.yaml has (?:1 problem|\d+ problems) \(line:column\)$/)
    return rows.map((row) => row.trim())
  }
  return assert.fail('it was accepted')
}
