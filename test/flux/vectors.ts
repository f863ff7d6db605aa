import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/** The cases of a file of known answers (test/vectors/README.md); fails where the file holds another number than `count`. */
export function readCases<Case>(file: string, count: number, parse: (text: string) => unknown = JSON.parse): Case[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')
  const { cases } = parse(text) as { cases: Case[] }
  assert.equal(cases.length, count, `${file} holds ${count} cases`)
  return cases
}
