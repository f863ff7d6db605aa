import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { ReadConfig } from '../../src/flux/config-object.ts'
import { digString } from '../../src/model/json.ts'
import type { Json } from '../../src/model/json.ts'
import type { RawObject } from '../../src/model/snapshot.ts'

/** The cases of a file of known answers (test/vectors/README.md); fails where the file holds another number than `count`. */
export function readCases<Case>(file: string, count: number, parse: (text: string) => unknown = JSON.parse): Case[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')
  const { cases } = parse(text) as { cases: Case[] }
  assert.equal(cases.length, count, `${file} holds ${count} cases`)
  return cases
}

/** The objects of a case, as the API server returns them, and the reads that it answers with an error. */
export type ConfigCase = { objects: RawObject[]; failingReads?: Record<string, string> }

export function readConfigOf(case_: ConfigCase): ReadConfig {
  return (kind, name) => {
    if (case_.failingReads !== undefined && `${kind}/${name}` in case_.failingReads) return 'failed'
    return case_.objects.find((one) => one['kind'] === kind && digString(one, 'metadata', 'name') === name) ?? 'absent'
  }
}

/** JSON text with whole numbers of 64 bits kept as BigNumber. */
export function parseExact(text: string): Json {
  const revive = (_key: string, value: Json, context: { source?: string }): Json => {
    if (typeof value !== 'number' || !/^-?\d+$/.test(context.source!) || Number.isSafeInteger(value)) return value
    const integer = BigInt(context.source!)
    return integer >= -(1n << 63n) && integer < 1n << 64n ? { $number: integer.toString() } : value
  }
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Json
}
