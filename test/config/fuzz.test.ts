import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { readConfigFile } from '../../src/config/load-config.ts'
import { printConfig } from '../../src/config/print-config.ts'
import { AppError } from '../../src/model/errors.ts'
import { folderWith } from './support.ts'

const SAMPLES = [...readFileSync('docs/config.md', 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
  ([, text]) => text!,
)
const PIECES = [
  ':',
  '- ',
  '\n',
  '  ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '"',
  "'",
  '#',
  '|',
  '---\n',
  '? ',
  '!!map ',
  '\t',
  '\u202e',
]

/** A sample in which pieces are cut out, doubled or put in. */
const broken = fc
  .record({
    sample: fc.constantFrom(...SAMPLES),
    edits: fc.array(fc.record({ at: fc.nat(2000), cut: fc.nat(12), put: fc.constantFrom('', ...PIECES) }), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .map(({ sample, edits }) => {
    let text = sample
    for (const { at, cut, put } of edits) {
      const here = at % (text.length + 1)
      text = text.slice(0, here) + put + text.slice(here + cut)
    }
    return text
  })

/** Any JSON under keys that mean something. */
const shaped = fc
  .dictionary(
    fc.constantFrom(
      'apiVersion',
      'kind',
      'clusters',
      'server',
      'redis',
      'history',
      'key',
      'access',
      'execPlugins',
      'comparisons',
      'owners',
      'channels',
      '__proto__',
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.dictionary(
          fc.constantFrom('name', 'slug', 'context', 'labels', 'timeout', 'inCluster', 'targets', 'notify', 'schedule'),
          fc.jsonValue(),
        ),
      ),
      fc.dictionary(
        fc.constantFrom('listen', 'urlFrom', 'tokens', 'from', 'env', 'path', 'keep', 'tls'),
        fc.jsonValue(),
      ),
    ),
  )
  .map((value) => stringify(value))

for (const [what, texts] of [
  ['a sample with mistakes', broken],
  ['meaningful keys with any values', shaped],
  ['any text', fc.string({ unit: 'binary', maxLength: 300 })],
] as const) {
  test(`${what}: a configuration that prints and reads as itself, or problems at their lines`, (t) => {
    const file = join(folderWith(t, {}), 'config.yaml')
    fc.assert(
      fc.property(texts, (text) => {
        writeFileSync(file, text)
        try {
          const { config } = readConfigFile(file, { env: {}, role: 'worker' })
          writeFileSync(file, printConfig(config))
          assert.deepEqual(readConfigFile(file, null).config, config)
        } catch (error) {
          assert.ok(error instanceof AppError, String(error))
          assert.equal(error.code, 'config-invalid')
          const [, ...rows] = error.message.split('\n')
          assert.ok(rows.length > 0 || /UTF-8/.test(error.message))
          for (const row of rows) assert.match(row, /^ {2}(?:\d+:\d+ \S|and \d+ more$)/)
        }
      }),
      { numRuns: 500, seed: 4 },
    )
  })
}
