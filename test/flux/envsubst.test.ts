import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { substituteVariables } from '../../src/flux/envsubst.ts'
import { readCases } from './vectors.ts'

type Outcome = { expect: string } | { error: string }
type EnvsubstCase = { name: string; template: string; variables: Record<string, string>; lax: Outcome; strict: Outcome }

for (const case_ of readCases<EnvsubstCase>('envsubst.json', 121)) {
  test(`envsubst vector: ${case_.name}`, () => {
    const variables = new Map(Object.entries(case_.variables))
    for (const mode of ['lax', 'strict'] as const) {
      const outcome = case_[mode]
      const result = substituteVariables(case_.template, variables, mode === 'strict')
      if ('error' in outcome) assert.equal(result.ok, false, `${case_.name} (${mode})`)
      else assert.deepEqual(result, { ok: true, text: outcome.expect }, `${case_.name} (${mode})`)
    }
  })
}

// Answers of fluxcd/pkg's envsubst: its scanner looks one sign past the colon and goes back by the bytes of that sign.
test('a sign beyond ASCII cannot follow a colon', () => {
  const variables = new Map([['v', 'value']])
  for (const template of ['${v:١}', '${v:ö:1}', '${v:😀}']) {
    assert.equal(substituteVariables(template, variables, false).ok, false, template)
  }
  for (const template of ['${v:-ö}', '${v:1:ö}']) {
    assert.deepEqual(substituteVariables(template, variables, false), { ok: true, text: 'value' }, template)
  }
})

// Go's unicode.ToUpper knows the simple mapping alone.
test('capitals of one sign are one sign', () => {
  const variables = new Map([['v', 'ᾀᾳῃᾧßŉǆΐ']])
  assert.deepEqual(substituteVariables('${v^^}', variables, true), { ok: true, text: 'ᾈᾼῌᾯßŉǄΐ' })
  assert.deepEqual(substituteVariables('${v^}', variables, true), { ok: true, text: 'ᾈᾳῃᾧßŉǆΐ' })
})

test('text without dollar signs stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      if (/[$\0]/.test(text)) return
      assert.deepEqual(substituteVariables(text, new Map(), true), { ok: true, text })
    }),
  )
})

test('arbitrary templates never throw, and messages never quote a value', () => {
  const bits = fc.constantFrom(
    '${',
    '}',
    'v',
    'u',
    ':',
    '-',
    '/',
    '#',
    '%',
    '*',
    '?',
    '[',
    ']',
    '^',
    ',',
    '\\',
    '$',
    '1',
    ' ',
    '=',
  )
  const template = fc.array(bits, { maxLength: 20 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(template, fc.boolean(), (template, strict) => {
      const result = substituteVariables(
        template,
        new Map([
          ['v', 'SECRET'],
          ['u', 'größe'],
        ]),
        strict,
      )
      if (!result.ok) assert.doesNotMatch(result.message, /SECRET|größe/)
    }),
    { numRuns: 1000 },
  )
})

test('deep nesting and patterns on long values end in time', () => {
  assert.equal(substituteVariables('${v:-'.repeat(100_000), new Map(), false).ok, false)
  const long = new Map([['v', 'a'.repeat(200_000)]])
  assert.deepEqual(substituteVariables('${v##*a*a*b}', long, true), { ok: true, text: long.get('v') })
  assert.deepEqual(substituteVariables('[${v%%a*}]', long, true), { ok: true, text: '[]' })
})

test('a result that grows without bounds is refused', () => {
  const variables = new Map([['v', 'a'.repeat(100_000)]])
  assert.equal(substituteVariables('${v//a/${v}}', variables, true).ok, false)
  assert.equal(substituteVariables('${v}'.repeat(1000), variables, true).ok, false)
})

// Go's strings.Replace with nothing to find replaces around every sign.
test('an empty pattern from a variable', () => {
  const variables = new Map([
    ['u', 'aö'],
    ['e', ''],
  ])
  assert.deepEqual(substituteVariables('${u//${e}/-} ${u/${e}/-}', variables, true), { ok: true, text: '-a-ö- -aö' })
})

// fluxcd/pkg cuts bytes; halves of one sign that meet again are that sign.
test('a sign may be cut and put together again', () => {
  const variables = new Map([['u', 'ö']])
  assert.deepEqual(substituteVariables('${u:0:1}${u:1}', variables, true), { ok: true, text: 'ö' })
  assert.equal(substituteVariables('${u:0:1}', variables, true).ok, false)
  assert.deepEqual(substituteVariables('${#u}', variables, true), { ok: true, text: '2' })
})
