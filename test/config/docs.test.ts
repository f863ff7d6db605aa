import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfigFile } from '../../src/config/load-config.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { folderWith } from './support.ts'

const TEXT = readFileSync('docs/config.md', 'utf8')

test('every sample of docs/config.md is a right configuration', (t) => {
  const samples = [...TEXT.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, sample]) => sample!)
  assert.equal(samples.length, 3)
  for (const sample of samples) {
    const folder = folderWith(t, { 'config.yaml': sample })
    assert.ok(readConfigFile(join(folder, 'config.yaml'), null).config.clusters.length >= 2)
  }
})

/** Where a page shows some sections only: what they refer to. */
const REST = `apiVersion: flux-compare.dev/v1
kind: Config
clusters: [{ name: staging, context: a }, { name: production, context: b }]
`
for (const [page, rest, count] of [
  ['docs/schedules.md', `${REST}channels: [{ name: team, slack: { urlFrom: { env: HOOK } } }]\n`, 1],
  ['docs/notifications.md', REST, 1],
] as const) {
  test(`the samples of ${page} are right parts of a configuration`, (t) => {
    const samples = [...readFileSync(page, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, sample]) => sample!)
    assert.equal(samples.length, count)
    for (const sample of samples) {
      const folder = folderWith(t, { 'config.yaml': rest + sample })
      readConfigFile(join(folder, 'config.yaml'), null)
    }
  })
}

type Schema = {
  readonly not?: object
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

type Key = { readonly path: string; readonly required: boolean; readonly fallback: unknown }

function keysOf(schema: Schema, above: string): Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    if (value.not) return []
    const path = above === '' ? name : `${above}.${name}`
    const key = { path, required: schema.required?.includes(name) ?? false, fallback: value.default }
    return [key, ...keysOf(value, path), ...keysOf(value.items ?? {}, `${path}[]`)]
  })
}

test('docs/config.md lists exactly the keys, with what is required and the defaults', () => {
  const keys = keysOf(JSON.parse(configJsonSchema()) as Schema, '')
  assert.ok(keys.length > 40)
  const rows = new Map(
    [...TEXT.matchAll(/^\| `([\w.[\]]+)` \| (?:[^|\\]|\\\|)+ \|([^|]*)\|/gm)].map(([, path, fallback]) => [
      path!,
      fallback!.trim(),
    ]),
  )
  assert.deepEqual(
    [...rows.keys()],
    keys.map(({ path }) => path),
  )
  for (const { path, required, fallback } of keys) {
    const documented = rows.get(path)!
    assert.equal(documented === 'required', required, path)
    if (fallback !== undefined) assert.equal(plain(documented), plain(JSON.stringify(fallback)), path)
  }
})

/** `{ requests: 100, per: 1s }` and `{"requests":100,"per":"1s"}` are the same. */
function plain(text: string): string {
  return text.replaceAll(/[`"\s]/g, '')
}
