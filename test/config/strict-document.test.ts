import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { readStrict } from '../../src/config/strict-document.ts'
import { AppError } from '../../src/model/errors.ts'

const SCHEMA = z.strictObject({
  apiVersion: z.literal('flux-compare.dev/v1'),
  clusters: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        context: z.string().meta({ examples: ['staging'] }),
        secrets: z.enum(['equality', 'presence', 'off']).default('equality'),
        labels: z.record(z.string().regex(/^[a-z]+$/, 'must be lower-case letters'), z.string()).optional(),
        from: z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })]).optional(),
        size: z.int().min(1).max(9).optional(),
        token: z.never({ error: 'is a secret; write tokenFrom: { env: NAME }' }).optional(),
      }),
    )
    .min(1),
})

function problemsOf(text: string): string[] {
  try {
    readStrict(SCHEMA, text, 'file.yaml')
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.code, 'config-invalid')
    const [head, ...rows] = error.message.split('\n')
    assert.match(head!, /^file\.yaml has (?:1 problem|\d+ problems) \(line:column\)$/)
    return rows.map((row) => row.trim())
  }
  return assert.fail('it was accepted')
}

const GOOD = `apiVersion: flux-compare.dev/v1
clusters:
  - name: staging
    context: stg
`

test('a document that is right gives its value, with defaults', () => {
  assert.deepEqual(readStrict(SCHEMA, GOOD, 'file.yaml'), {
    apiVersion: 'flux-compare.dev/v1',
    clusters: [{ name: 'staging', context: 'stg', secrets: 'equality' }],
  })
})

test('an alias stands for what it names; off is a word as in YAML 1.2', () => {
  const text = `apiVersion: flux-compare.dev/v1
clusters:
  - { name: a, context: c, labels: &l { env: prod }, secrets: off }
  - { name: b, context: d, labels: *l }
`
  assert.deepEqual(readStrict(SCHEMA, text, 'f').clusters, [
    { name: 'a', context: 'c', labels: { env: 'prod' }, secrets: 'off' },
    { name: 'b', context: 'd', labels: { env: 'prod' }, secrets: 'equality' },
  ])
})

for (const [what, add, problem] of [
  ['an unknown key', 'contxt: x', '5:5 clusters[0].contxt is not a known key; did you mean context?'],
  [
    'a key that resembles none',
    'zzz: x',
    '5:5 clusters[0].zzz is not a known key; known here: name, context, secrets, labels, from, size',
  ],
  ['a literal secret', 'token: hunter2', '5:12 clusters[0].token is a secret; write tokenFrom: { env: NAME }'],
  [
    'a word that is none of the allowed',
    'secrets: equalty',
    '5:14 clusters[0].secrets must be one of equality, presence, off; did you mean equality?',
  ],
  ['a number out of range', 'size: 12', '5:11 clusters[0].size must be at most 9'],
  ['a broken number', 'size: 1.5', '5:11 clusters[0].size must be a whole number'],
  ['text for a number', 'size: big', '5:11 clusters[0].size must be a number'],
  [
    'a bad map key',
    'labels: { ok: x, A b: x }',
    '5:22 clusters[0].labels["A b"] is a key that must be lower-case letters',
  ],
  ['neither form', 'from: REDIS_URL', '5:11 clusters[0].from must be a map'],
  ['a form with a bad value', 'from: { env: 1 }', '5:18 clusters[0].from.env must be a text; write it in quotes'],
  ['a duplicate key', 'context: y', '5:5 clusters[0].context stands twice; keep one of them'],
  ['a key that is a list', '? [a]\n    : b', '5:7 clusters[0] has a key that is not text'],
  ['a tab', '\tsize: 1', /^5:5 the document is not valid YAML: a tab indents this line; write spaces$/],
  ['a tag', 'size: !!set { a }', '5:17 clusters[0].size has a tag (!name); tags are not known here'],
  ['an unknown alias', 'size: *a', '5:11 clusters[0].size is an alias that names no anchor'],
  ['__proto__', '__proto__: { name: x }', /^5:5 clusters\[0\]\.__proto__ is not a known key; known here/],
  ['an infinite number', 'size: .inf', '5:11 clusters[0].size is a number that cannot be kept; write it in quotes'],
] as const) {
  test(`${what} is told with path, line and what to write`, () => {
    const [first, ...more] = problemsOf(`${GOOD}    ${add}\n`)
    if (typeof problem === 'string') assert.equal(first, problem)
    else assert.match(first!, problem)
    if (what !== 'a tab') assert.deepEqual(more, [])
  })
}

test('all problems are told at once, in the order of the lines', () => {
  const text = `kind: Config
apiVersion: v1
clusters:
  - context: 1
    nme: x
  - name: ""
`
  assert.deepEqual(problemsOf(text), [
    '1:1 kind is not a known key; known here: apiVersion, clusters',
    '2:13 apiVersion must be flux-compare.dev/v1',
    '4:5 clusters[0].name is missing; it must be a text',
    '4:14 clusters[0].context must be a text; write it in quotes, such as staging',
    '5:5 clusters[0].nme is not a known key; did you mean name?',
    '6:5 clusters[1].context is missing; it must be a text, such as staging',
    '6:11 clusters[1].name must have at least 1 characters',
  ])
})

test('a problem behind an alias is told where it is written', () => {
  const text = `apiVersion: flux-compare.dev/v1
clusters:
  - &one { name: a, context: b, size: 0 }
  - *one
`
  assert.deepEqual(problemsOf(text), [
    '3:39 clusters[0].size must be at least 1',
    '3:39 clusters[1].size must be at least 1',
  ])
})

for (const [what, text, problem] of [
  ['nothing', '', '1:1 the document is empty'],
  ['only a comment', '# nothing\n', /^1:\d+ the document (?:is empty|must be a map)$/],
  ['a list', '- a\n', '1:1 the document must be a map'],
  ['two documents', `${GOOD}---\nkind: x\n`, /^5:\d+ the document holds several YAML documents; write one$/],
  ['an open bracket', 'clusters: [\n', /not valid YAML/],
  ['too much', `# ${'x'.repeat(1024 * 1024)}`, '1:1 the document is larger than 1048576 bytes'],
  ['very deep lists', '['.repeat(200_000), /^1:1 the document is nested too deeply$|not valid YAML/],
  ['65 levels', `${'['.repeat(70)}${']'.repeat(70)}`, '1:1 the document is nested too deeply'],
] as const) {
  test(`a document with ${what} is refused`, () => {
    const [first] = problemsOf(text)
    if (typeof problem === 'string') assert.equal(first, problem)
    else assert.match(first!, problem)
  })
}

test('a bomb of aliases is refused', () => {
  const rows = Array.from(
    { length: 9 },
    (_, n) => `${n === 0 ? '' : ''}a${n}: &a${n} [${`*a${n - 1},`.repeat(n === 0 ? 0 : 9)}]`,
  )
  assert.deepEqual(problemsOf(rows.join('\n')), ['1:1 the document is nested too deeply'])
})

test('an alias that holds itself is refused', () => {
  assert.deepEqual(problemsOf('a: &a { b: *a }\n'), ['1:1 the document is nested too deeply'])
})

test('a large map is read in linear time: the duplicate at its end is found', () => {
  const rows = Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`)
  assert.deepEqual(problemsOf([...rows, 'k0: 2'].join('\n')), ['60001:1 k0 stands twice; keep one of them'])
})

test('no value is quoted, however wrong', () => {
  const secret = 'redis://:CANARY-hunter2@host'
  for (const text of [
    `${GOOD}    size: ${secret}\n`,
    `${GOOD}    token: ${secret}\n`,
    `${GOOD}    from: { env: [${secret}] }\n`,
    `${GOOD}    size: "${secret}\n`,
    `${GOOD}    secrets: ${secret}\n`,
    `${GOOD}    size: &a ${secret}\n    size: *b\n`,
    `${GOOD}${secret}\n`,
  ]) {
    assert.doesNotMatch(problemsOf(text).join('\n'), /CANARY/)
  }
})

test('at most fifty problems are told', () => {
  const rows = Array.from({ length: 70 }, (_, n) => `  - { name: c${n} }`)
  const problems = problemsOf(`apiVersion: flux-compare.dev/v1\nclusters:\n${rows.join('\n')}\n`)
  assert.equal(problems.length, 51)
  assert.equal(problems.at(-1), 'and 20 more')
})
