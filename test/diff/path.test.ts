import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesPath, parsePathPattern } from '../../src/diff/path-pattern.ts'
import { formatPath } from '../../src/diff/path.ts'
import { formatPointer, parsePointer } from '../../src/diff/pointer.ts'
import type { Step } from '../../src/diff/tree-types.ts'
import { AppError } from '../../src/model/errors.ts'

const key = (...keys: string[]): Step[] => keys.map((name) => ({ key: name }))
const item = (field: string, value: string): Step => ({ item: [[field, value]] })

test('paths are written for people', () => {
  const cases: readonly (readonly [readonly Step[], string])[] = [
    [key('spec', 'values', 'a'), 'spec.values.a'],
    [
      [...key('spec', 'hosts'), item('host', 'app.example.com'), ...key('paths')],
      'spec.hosts[host=app.example.com].paths',
    ],
    [key('data', 'values.yaml', 'replicas'), 'data["values.yaml"].replicas'],
    [key('a', '', '8080', '-x', 'a-b'), 'a[""]["8080"]["-x"].a-b'],
    [key('values.yaml', 'a'), '["values.yaml"].a'],
    [[...key('a'), { index: 3 }, { added: 2 }], 'a[3][+2]'],
    [
      [
        ...key('a'),
        {
          item: [
            ['kind', 'A'],
            ['name', 'b'],
          ],
        },
      ],
      'a[kind=A,name=b]',
    ],
    [[...key('a'), item('', 'x')], 'a[=x]'],
    [[...key('a'), item('name', 'a]b')], 'a[name="a]b"]'],
    [[...key('a'), item('name', 'a=b')], 'a[name="a=b"]'],
    [[...key('a'), item('name', '\u001b[31m\u202e')], 'a[name="\\u001b[31m\\u202e"]'],
    [[], ''],
  ]
  for (const [steps, text] of cases) assert.equal(formatPath(steps), text)
})

test('pointers are escaped as RFC 6901 says', () => {
  assert.equal(formatPointer(['a/b', 'm~n', '', '~1']), '/a~1b/m~0n//~01')
  assert.deepEqual(parsePointer('/a~1b/m~0n//~01'), ['a/b', 'm~n', '', '~1'])
  assert.equal(parsePointer('/a~2'), null)
  assert.equal(parsePointer('a'), null)
})

const STEPS = [...key('spec', 'hosts'), item('host', 'a'), ...key('paths', 'x.y')]

test('a pattern matches its place and all below it', () => {
  const matching = [
    '/spec',
    '/spec/hosts',
    'spec',
    'spec.hosts',
    'spec.hosts[host=a]',
    'spec.hosts[*].paths',
    'spec.hosts[*].paths["x.y"]',
    'spec.*',
    'spec.*.*.paths',
    '**.paths',
    '**["x.y"]',
    'spec.**.paths',
    '**.**.paths',
    '**',
  ]
  for (const text of matching) assert.ok(matchesPath(parsePathPattern(text), STEPS), text)
  const other = [
    '/spec/host',
    '/hosts',
    'hosts',
    'spec.hosts[host=b]',
    'spec.hosts.*.*.*.*',

    '**.path',
    'spec.paths',
  ]
  for (const text of other) {
    assert.ok(!matchesPath(parsePathPattern(text), STEPS), text)
  }
})

test('a pointer pattern reaches into documents in strings', () => {
  const steps = key('data', 'values.yaml', 'replicas')
  assert.ok(matchesPath(parsePathPattern('/data/values.yaml/replicas'), steps))
  assert.ok(!matchesPath(parsePathPattern('/data/values.yaml/other'), steps))
})

test('list indexes are refused with a hint', () => {
  for (const text of [
    '/spec/valuesFrom/0/name',
    'spec.valuesFrom[0]',
    'spec.valuesFrom.0',
    'spec.valuesFrom[+1].name',
    '/a/-',
  ]) {
    assert.throws(
      () => parsePathPattern(text),
      (error) => error instanceof AppError && error.code === 'input-invalid' && /\[name=/.test(error.hint),
      text,
    )
  }
})

test('errors name the position', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /empty at position 1/],
    ['a..b', /expected a key at position 3/],
    ['a.', /expected a key at position 3/],
    ['.a', /expected a key at position 2/],
    ['a]b', /expected "\." or "\[" at position 2/],
    ['a[name', /expected \[key=value\].* at position 3/],
    ['a[name=b', /expected "," or "\]" at position 9/],
    ['a["b', /quote is not closed at position 3/],
    ['/a~b', /must be followed by 0 or 1 at position 3/],
  ]
  for (const [text, message] of cases) assert.throws(() => parsePathPattern(text), message)
})

test('a shown path, read as a pattern, matches the steps it was shown for', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('*', '**', 'a.b', 'x]', '"', '\\', 'a=b', '8080', ' ', '\u001b', '\ud800'),
  )
  const step: fc.Arbitrary<Step> = fc.oneof(
    text.map((name) => ({ key: name })),
    fc
      .array(fc.tuple(fc.constantFrom('name', 'kind', 'metadata.name', ''), text), { minLength: 1, maxLength: 2 })
      .map((fields) => ({ item: fields })),
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      assert.ok(matchesPath(parsePathPattern(formatPath(steps)), steps), formatPath(steps))
    }),
  )
})
