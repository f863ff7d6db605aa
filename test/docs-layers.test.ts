import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { run } from '../src/cli/program.ts'
import type { Comparison, Difference } from '../src/model/comparison.ts'
import { LAYERS } from '../src/model/comparison.ts'
import { captureStreams } from './cli/capture-streams.ts'

const text = readFileSync('docs/layers.md', 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-docs-'))
after(() => rmSync(folder, { recursive: true }))

test('every layer is in the table', () => {
  const table = text.slice(0, text.indexOf('## '))
  for (const layer of LAYERS) assert.match(table, new RegExp(`\`${layer}\``))
})

const examples = [...text.matchAll(/^### Example: (.+)\n([^]*?)(?=^##|(?![^]))/gm)]

test('there are examples', () => assert.ok(examples.length >= 3))

for (const [, title, body] of examples) {
  test(`example: ${title}`, async () => {
    const [staging, production, expected] = [...body!.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, block]) => block!)
    writeFileSync(join(folder, 'staging.yaml'), staging!)
    writeFileSync(join(folder, 'production.yaml'), production!)
    const streams = captureStreams({ HOME: folder, FLUX_COMPARE_KEY_FILE: join(folder, 'key') })
    const sides = ['staging', 'production'].map((side) => `file:${join(folder, side)}.yaml`)
    await run([...sides, '--no-history', '-o', 'json'], streams)
    const comparison = JSON.parse(streams.out()) as Comparison
    const effective = comparison.drifts
      .flatMap(({ differences }) => differences)
      .filter(({ layer }) => layer === 'values' || layer === 'substitutions')
    const names = comparison.clusters.map(({ name }) => name)
    const told = [
      ...effective.flatMap((difference) => linesOf(difference, names)),
      ...comparison.findings.filter(({ code }) => /variable|values/.test(code)).map(({ code }) => `finding ${code}`),
    ]
    assert.equal(`${told.join('\n')}\n`, expected)
  })
}

function linesOf({ layer, path, values, origins, derivedFrom }: Difference, names: readonly string[]): string[] {
  const sides = names.flatMap((name, at) => {
    const origin = origins[name]
    if (origin === undefined) return []
    const sources = [origin.from, ...origin.shadows].join(' < ')
    return [`  ${['staging', 'production'][at]} ${JSON.stringify(values[name])} ${sources}`]
  })
  return [`${layer} ${path}${derivedFrom.length > 0 ? ' follows' : ''}`, ...sides]
}
