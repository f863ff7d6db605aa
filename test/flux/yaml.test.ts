import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MAX_YAML_LENGTH, readYaml, readYamlDocuments, readYamlValues } from '../../src/flux/yaml.ts'
import { canonicalJson, MAX_DEPTH, MAX_NODES } from '../../src/model/json.ts'
import type { Json } from '../../src/model/json.ts'
import { parseExact, readCases } from './vectors.ts'

type YamlCase = { name: string; yaml: string; expect?: Json; error?: string; jsonText?: string; jsonError?: string }

for (const case_ of readCases<YamlCase>('yaml-to-json.json', 103)) {
  test(`yaml vector: ${case_.name}`, () => {
    const json = readYaml(case_.yaml)
    assert.equal(json.ok, case_.jsonError === undefined, case_.name)
    if (json.ok) assert.deepEqual(json.value, parseExact(case_.jsonText!), case_.name)
    const values = readYamlValues(case_.yaml)
    assert.equal(values.ok, case_.error === undefined, case_.name)
    if (values.ok) assert.deepEqual(values.value, case_.expect, case_.name)
  })
}

/** Answers of YAMLToJSON of sigs.k8s.io/yaml v1.6.0 over go.yaml.in/yaml/v2 v2.4.4, found by comparing at random; null: it fails. */
const ODD_TEXTS: readonly [yaml: string, json: string | null][] = [
  ['.5_5', '0.55'],
  ['.5_', '".5_"'],
  ['.5e1_0', '5000000000'],
  ['._5', '"._5"'],
  ['a: ! 12', '{"a":"12"}'],
  ['a: !', '{"a":""}'],
  ['! "<<": {a: 1}', '{"a":1}'],
  ['!! a', null],
  ['!<> a', null],
  ['!<tag:yaml.org,2002:in}t> 1', null],
  ['!!i%6Et 5', '5'],
  ['!!i%6 5', null],
  ['!<!> yes', '"yes"'],
  ['%TAG ! tag:yaml.org,2002:\n---\na: !int "5"\n', '{"a":5}'],
  ['%TAG !e! tag:e,2000:\n%TAG !e! tag:e,2000:\n---\na: 1\n', null],
  ['%YAML 1.1\n%YAML 1.1\n---\na: 1\n', null],
  ['%YAML 01.01\n---\na: 1\n', '{"a":1}'],
  ['%YAML 001.1\n---\na: 1\n', null],
  ['&a &b x', 'null'],
  ['- &a &b x', null],
  ['!!str !!int 1', '""'],
  ['!!binary //4=', String.raw`"\ufffd\ufffd"`],
  ['? -0.0', '{"-0":null}'],
  ['a: 1e18', '{"a":1000000000000000000}'],
  ['a: 1e20', '{"a":100000000000000000000}'],
  ['a: 18446744073709551616.0', '{"a":18446744073709552000}'],
  ['-9007199254740993.0', '-9007199254740992'],
  ['{"a": 1e18}', '{"a":1000000000000000000}'],
  ['d: .inf\nd: 1\n', '{"d":1}'],
  ['d: .inf\n', null],
  ['{a: {null: 1}, a: 2}', '{"a":2}'],
  ['{null: 1}', null],
  ['x: &x {null: 1}\nz: {<<: *x}\nx: 1\n', null],
  ['{} : 1', '{}'],
  ['[] : 1\nb: 2\n', '[]'],
  ['a: {{}: 1}', null],
  ['[{}: 1]', null],
  ['{"a": 1}\n\t', null],
  ['\t{"a": 1}', null],
  ['{"a"\n: 1}', null],
  ['{"a\u2028": 1}', null],
  ['a: 1\n\ufeffb: 2\n', '{"a":1,"\ufeffb":2}'],
  ['a: &x\u00a0', null],
  [`{"${'k'.repeat(1022)}": 1}`, `{"${'k'.repeat(1022)}":1}`],
  [`{"${'k'.repeat(1023)}": 1}`, null],
  [`{"${'😀'.repeat(1022)}": 1}`, `{"${'😀'.repeat(1022)}":1}`],
]

test('odd texts read as go-yaml reads them', () => {
  for (const [yaml, json] of ODD_TEXTS) {
    const result = readYaml(yaml)
    assert.equal(result.ok, json !== null, yaml)
    if (result.ok) assert.deepEqual(result.value, parseExact(json!), yaml)
  }
})

// go-yaml refuses a text of more than 1000 steps of decoding of which more than 99 % come from aliases.
test('aliases that blow a text up are refused where go-yaml refuses them', () => {
  const levels = (count: number) =>
    Array.from({ length: count }, (_, level) => {
      const items = Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*a${level - 1}`))
      return `a${level}: &a${level} [${items.join(', ')}]\n`
    }).join('')
  assert.equal(readYaml(levels(3)).ok, true)
  assert.equal(readYaml(levels(4)).ok, false)
  assert.equal(readYaml(`a: &a [${'x, '.repeat(99)}x]\nb:\n${'- *a\n'.repeat(100)}`).ok, true)
  assert.equal(
    readYaml(`a: &a {${Array.from({ length: 60 }, (_, n) => `k${n}: 1`).join()}}\nb:\n${'- *a\n'.repeat(1000)}`).ok,
    false,
  )
})

test('JSON text reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      if (/\\u[dD]|[0-9]{16}|[\u007f-\u009f\u2028\u2029\ufffe\uffff]|e-?\+?\d{3}|[\ud800-\udfff]/.test(text)) return
      assert.deepEqual(readYaml(text), { ok: true, value: JSON.parse(text) })
    }),
  )
})

test('arbitrary text never throws, and messages never quote it', () => {
  const bits = fc.constantFrom(
    'a',
    'k',
    ': ',
    '\n',
    '  ',
    '- ',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '|',
    '&x ',
    '*x',
    '#',
    '\t',
    '---\n',
    '? ',
  )
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(bits, { maxLength: 40 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (text) => {
      for (const result of [
        readYaml(text),
        readYamlValues(text),
        ...readYamlDocuments(text).map((one) => one.result),
      ]) {
        if (!result.ok) assert.match(result.message, /^[a-z0-9 ,.A-Z-]+$/)
        else assert.equal(typeof canonicalJson(result.value), 'string')
      }
    }),
    { numRuns: 500 },
  )
})

test('a key named __proto__ is a key', () => {
  for (const text of [
    '__proto__: {polluted: 1}\n',
    '{"__proto__": {"polluted": 1}}',
    'a: &a {__proto__: 1}\n<<: *a\n',
  ]) {
    const result = readYaml(text)
    assert.equal(result.ok && Object.hasOwn(result.value as object, '__proto__'), true, text)
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  }
})

test('a failure names the line', () => {
  for (const [text, line] of [
    ['a: 1\nb: @secret\n', 2],
    ['a:\n  b: 1\n c: secret\n', 3],
    ['a: 1\nb: *secret\n', 2],
    ['a: 1\n\nb: !!int secret\n', 3],
    ['a: 1\nb: x\u0001y\n', 2],
    ['a: 1\nnull: 1\n', 2],
  ] as const) {
    const result = readYaml(text)
    assert.equal(result.ok, false, text)
    assert.equal(!result.ok && result.line, line, text)
  }
})

test('depth, size and expansion are limited', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  assert.equal(readYaml(nested(MAX_DEPTH)).ok, true)
  assert.equal(readYaml(nested(MAX_DEPTH + 2)).ok, false)
  for (const text of [
    '['.repeat(1_000_000),
    '{a: '.repeat(200_000),
    '- '.repeat(200_000),
    '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000),
    Array.from({ length: 20_000 }, (_, level) => `${' '.repeat(level % 200)}a:\n`).join(''),
    'x'.repeat(MAX_YAML_LENGTH + 1),
    `[${'1,'.repeat(MAX_NODES)}1]`,
    '- 1\n'.repeat(MAX_NODES + 1),
    `a: &a [x, x]\n${Array.from({ length: 25 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]\n`).join('')}`,
  ]) {
    assert.equal(readYaml(text).ok, false, text.slice(0, 20))
  }
})

// YAML 1.1 merge keys as go-yaml v2 applies them: in the order of the text, lists from the back.
test('merge keys', () => {
  assert.deepEqual(readYaml('a: &a {x: 1, y2: 2}\nb:\n  x: 5\n  <<: *a\n'), {
    ok: true,
    value: { a: { x: 1, y2: 2 }, b: { x: 1, y2: 2 } },
  })
  assert.equal(readYaml('a: &a [1]\nb:\n  <<: *a\n').ok, false)
  assert.equal(readYaml('a: &a\n  <<: *a\n').ok, false)
})

// Each line: what YAML 1.1 as libyaml and go-yaml v2 scan it allows or refuses, where YAML 1.2 readers differ.
test('indentation inside brackets and quotes does not matter, a tab before a dash does', () => {
  const readable: [string, Json][] = [
    ['a: {\nb: [\n1,\n2\n]\n}\nc: 3\n', { a: { b: [1, 2] }, c: 3 }],
    ['a:\n  b: "x\ny"\n  c: \'x\n\ny\'\n', { a: { b: 'x y', c: 'x\ny' } }],
    ['a: "x\\\n\n  y"\n', { a: 'x\ny' }],
    ['a: [b\n, c # d\n]\n', { a: ['b', 'c'] }],
    ['a: "x \u2028 y"\n', { a: 'x\u2028y' }],
    ['a: |\n  x\n   \n  y\n', { a: 'x\n \ny\n' }],
    ['a: >1\n  x\n y\n', { a: ' x\ny\n' }],
    ['%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\n', { a: '1' }],
    [' a: 1\nb: 2\n', { a: 1 }],
  ]
  for (const [text, value] of readable) assert.deepEqual(readYaml(text), { ok: true, value }, text)
  for (const text of ['-\t- 1\n', 'a: 1\n\t\nb: 2\n', '%YAML 1.2\n---\na: 1\n', '...\na: 1\n', 'a: 1\n b: 2\n']) {
    assert.equal(readYaml(text).ok, false, text)
  }
})

test('documents of a file are read one by one', () => {
  const text =
    '# first\n---\na: |\n  x\n---\n---\n# nothing\n---\nb: [\n---\nnull\n--- # note\nc: 3\n...\n%YAML 1.1\n---\nd: 4'
  const documents = readYamlDocuments(text)
  assert.deepEqual(
    documents.map(({ line, result }) => [line, result.ok ? result.value : result.line]),
    [
      [3, { a: 'x\n' }],
      [9, 10],
      [13, { c: 3 }],
      [17, { d: 4 }],
    ],
  )
  assert.deepEqual(
    readYamlDocuments('--- {a: 1}\r\n---\r\nb: 1\r\n').map((one) => one.line),
    [1, 3],
  )
  assert.deepEqual(readYamlDocuments(''), [])
})
