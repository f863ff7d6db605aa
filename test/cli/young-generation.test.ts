import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

const MODULE = new URL('../../src/cli/young-generation.ts', import.meta.url).href
/** Keeps 200 MB of small objects, as reading a large cluster does, and tells the largest size of the young generation, in bytes. */
const READING = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  const { limitYoungGeneration } = await import('${MODULE}')
  limitYoungGeneration(process.argv[1])
  const kept = []
  let most = 0
  for (let page = 0; page < 200; page += 1) {
    kept.push(Array.from({ length: 5_000 }, (_, n) => ({ name: 'object-' + page + '-' + n, labels: { n: String(n) } })))
    await new Promise((resolve) => setTimeout(resolve, 1))
    most = Math.max(most, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size)
  }
  console.log(most, kept.length)
`

async function youngest(version: string): Promise<number> {
  const args = ['--input-type=module', '--eval', READING, version]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  assert.equal(stderr, '')
  return Number(stdout.split(' ')[0])
}

test('the young generation stays small where much is read, and is left alone under a Node that is not known', async () => {
  const limited = await youngest(process.versions.node)
  assert.ok(limited <= 40 * 1024 * 1024, `${limited} bytes`)
  assert.ok((await youngest('99.0.0')) > limited)
})
