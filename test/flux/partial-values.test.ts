import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import { isKnownAt, type Effective, type FoundConfig } from '../../src/flux/effective.ts'
import { composeEffectiveValues } from '../../src/flux/effective-values.ts'
import { readYamlValues } from '../../src/flux/yaml.ts'
import { composeHelmValues } from '../../src/flux/helm-values.ts'
import { isJsonArray, isJsonObject, own, type Json, type JsonObject } from '../../src/model/json.ts'
import { readConfigOf } from './vectors.ts'

const NOTHING = { noted: null, wasComposed: () => false, fingerprint: null, readText: readYamlValues }
const UNREAD: FoundConfig = { found: 'unknown', reason: 'not-asked', asked: false }

const key = fc.constantFrom('a', 'b', 'c')
const tree = fc.letrec<{ map: JsonObject; any: Json }>((tie) => ({
  map: fc.dictionary(key, tie('any'), { maxKeys: 3 }),
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom<Json>(1, 'x', true, null),
    tie('map'),
    fc.array(tie('any'), { maxLength: 2 }),
  ),
})).map
const text = fc.constantFrom('7', 'text', '', '{p,q}', 'null', 'x,a=9', 'x,b.c=9', 'x,a.b.c=9', 'x,c[0]=9,b.a=8', 'a,b')
const path = fc.constantFrom('a', 'b.c', 'a.b.c', 'a[1]', 'b.c[0].a', 'c', 'c[0]', 'a.b', 'b.')
const reference = fc.record({
  unread: fc.boolean(),
  optional: fc.boolean(),
  path: fc.option(path, { nil: null }),
  literal: fc.boolean(),
  /** What it might hold; the first is what a known one holds. Null: there is no such object. */
  contents: fc.array(fc.record({ tree, text, absent: fc.boolean() }), { minLength: 4, maxLength: 4 }),
})

/** Every place of a tree that is told as known, with its value; a map of which something is not known is told as a map only. */
function told(
  value: Json,
  missing: Extract<Effective, { state: 'composed' }>['missing'],
  tokens: string[] = [],
): [string[], Json][] {
  if (!isJsonObject(value)) {
    assert.ok(isKnownAt(missing, tokens))
    return [[tokens, value]]
  }
  const inner = Object.keys(value).flatMap((name) => told(value[name]!, missing, [...tokens, name]))
  return isKnownAt(missing, tokens) ? [[tokens, value], ...inner] : inner
}

function at(value: Json | undefined, tokens: readonly string[]): Json | undefined {
  return tokens.reduce<Json | undefined>((here, token) => own(here, token), value)
}

test('what is told as known holds for every content of what is not', () => {
  let [checked, partial] = [0, 0]
  fc.assert(
    fc.property(fc.array(reference, { minLength: 1, maxLength: 4 }), tree, (drawn, inline) => {
      const valuesFrom = drawn.map(({ optional, path: targetPath, literal }, n) => ({
        kind: 'ConfigMap',
        name: `c${n}`,
        valuesKey: 'k',
        optional,
        ...(targetPath === null ? {} : { targetPath, literal }),
      }))
      const values = JSON.parse(JSON.stringify(inline)) as JsonObject
      const textOf = (one: (typeof drawn)[number], round: number): string | null => {
        const content = one.contents[one.unread ? round : 0]!
        if (content.absent && one.optional) return null
        return one.path === null ? JSON.stringify(content.tree) : content.text
      }
      const read = (n: number): FoundConfig => {
        const one = drawn[n]!
        if (one.unread) return UNREAD
        const content = textOf(one, 0)
        return content === null ? { found: 'absent' } : { found: 'present', body: { data: { k: content } } }
      }
      const effective = composeEffectiveValues({ valuesFrom, values }, read, NOTHING)
      if (effective.state !== 'composed') return
      if (effective.missing !== null) partial += 1
      for (let round = 0; round < 4; round += 1) {
        const objects = drawn.flatMap((one, n): JsonObject[] => {
          const k = textOf(one, round)
          return k === null ? [] : [{ kind: 'ConfigMap', metadata: { name: `c${n}` }, data: { k } }]
        })
        const raw = composeHelmValues(valuesFrom, values, readConfigOf({ objects }))
        if (!raw.ok) continue
        for (const [tokens, value] of told(effective.tree, effective.missing)) {
          checked += 1
          assert.deepEqual(at(raw.values, tokens), value, tokens.join('.'))
        }
        if (effective.missing === null) assert.deepEqual(raw.values, effective.tree)
        absentIsAbsent(raw.values, effective)
      }
    }),
    { numRuns: 20_000 },
  )
  assert.ok(checked > 10_000 && partial > 1_000)
})

/** What stands in the values is told, or told to be unknown. */
function absentIsAbsent(
  values: Json,
  { tree: known, missing }: Extract<Effective, { state: 'composed' }>,
  tokens: string[] = [],
): void {
  if (!isJsonObject(values) || isJsonArray(values)) return
  for (const name of Object.keys(values)) {
    const place = [...tokens, name]
    const here = at(known, place)
    if (here === undefined) assert.ok(!isKnownAt(missing, place), `${place.join('.')} is said to be absent`)
    else absentIsAbsent(values[name]!, { tree: known, missing } as Extract<Effective, { state: 'composed' }>, place)
  }
}

describe('values of which a source is not known', () => {
  const secret = { kind: 'Secret', name: 's' }
  const base = { kind: 'ConfigMap', name: 'base' }
  const compose = (valuesFrom: readonly JsonObject[], values: JsonObject, data = 'rate: 1\nsmtp: { host: h }\n') =>
    composeEffectiveValues(
      { valuesFrom, values },
      (n) => (valuesFrom[n] === base ? { found: 'present', body: { data: { 'values.yaml': data } } } : UNREAD),
      NOTHING,
    )

  it('are those that later sources and inline ones set anew', () => {
    const found = compose([secret, base], { smtp: { from: 'a@b' }, list: [1] })
    assert.ok(found.state === 'composed')
    assert.deepEqual(found.tree, { rate: 1, smtp: { host: 'h', from: 'a@b' }, list: [1] })
    assert.equal(isKnownAt(found.missing, ['smtp', 'host']), true)
    assert.equal(isKnownAt(found.missing, ['smtp', 'port']), false)
    assert.equal(isKnownAt(found.missing, ['other']), false)
    assert.deepEqual(found.originAt(['smtp', 'host']), { from: 'ConfigMap/base:values.yaml', shadows: [] })
    assert.equal(found.originAt(['other']), null)
  })

  it('are not those that earlier sources set', () => {
    const found = compose([base, secret], { from: 'x' })
    assert.deepEqual(found.state === 'composed' && found.tree, { from: 'x' })
    assert.equal(compose([base, secret], {}).state, 'unknown')
  })

  // flux-facts 3f.5: "1,b=2" sets a second key.
  it('may be set at any path by a text for one, and only there where it is literal', () => {
    const at = { ...secret, valuesKey: 'password', targetPath: 'smtp.password' }
    const any = compose([base, at], { from: 'x' })
    assert.deepEqual(any.state === 'composed' && any.tree, { from: 'x' })
    const one = compose([base, { ...at, literal: true }], { from: 'x' })
    assert.ok(one.state === 'composed')
    assert.deepEqual(one.tree, { rate: 1, smtp: { host: 'h' }, from: 'x' })
    assert.equal(isKnownAt(one.missing, ['smtp', 'password']), false)
    assert.equal(isKnownAt(one.missing, ['other']), true)
  })

  // flux-facts 3a.8: a map of inline values that no earlier source supplies is shared, and so changed for good.
  it('are not those of inline maps that a text can reach', () => {
    const at = { ...secret, targetPath: 'x' }
    const reached = compose([at], { smtp: { host: 'inline' }, top: 1 })
    assert.deepEqual(reached.state === 'composed' && reached.tree, { smtp: {}, top: 1 })
    const copied = compose([base, at], { smtp: { host: 'inline' }, top: 1 })
    assert.deepEqual(copied.state === 'composed' && copied.tree, { smtp: { host: 'inline' }, top: 1 })
  })
})
