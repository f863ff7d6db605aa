import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { CONFIG, masker, RELEASE, secretOf } from './mask-helpers.ts'

const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'.split('')
const SIGNS = ['', '/', '+', '"', '&', ' ', '\\', '<', 'é', '漢', '%', '=', "'"]

/** A value that nothing ordinary holds: letters mixed with digits, some with characters that each encoding writes differently. */
const canary = fc
  .tuple(
    fc.array(fc.constantFrom(...LETTERS), { minLength: 6, maxLength: 14 }),
    fc.constantFrom(...SIGNS),
    fc.array(fc.constantFrom(...LETTERS), { minLength: 6, maxLength: 14 }),
  )
  .map(([start, sign, end]) => `q7Z4${start.join('')}${sign}${end.join('')}8k`)

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  base64: (text) => wholeBase64(text, 'base64'),
  base64url: (text) => wholeBase64(text, 'base64url'),
  url: encodeURIComponent,
  'url in lower case': (text) => encodeURIComponent(text).replace(/%\w\w/g, (escape) => escape.toLowerCase()),
  form: (text) => new URLSearchParams({ '': text }).toString().slice(1),
  json: (text) => JSON.stringify(text).slice(1, -1),
  'json in json': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
}

/** Without the last character, which also depends on what follows. */
function wholeBase64(text: string, encoding: 'base64' | 'base64url'): string {
  const bytes = Buffer.from(text)
  return bytes.toString(encoding).slice(0, Math.floor((bytes.length * 8) / 6))
}

/** Encodings in which a canary stands in the output; the output is JSON, so everything in it is JSON-escaped once more. */
function leaks(output: Json, canaries: readonly string[]): string[] {
  const text = JSON.stringify(output)
  return canaries.flatMap((value) =>
    Object.entries(ENCODINGS)
      .filter(([, encode]) => text.includes(JSON.stringify(encode(value)).slice(1, -1)))
      .map(([name]) => name),
  )
}

const KEYS = [
  'password',
  'username',
  'values.yaml',
  'anything',
  'tls.key',
  '__proto__',
  'host',
  'config.json',
  'address',
  'email',
]

type Planted = { readonly canaries: readonly string[]; readonly secret: JsonObject; readonly body: JsonObject }

/** How the canary of a Secret stands in its value. */
const WRAPS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `${text}\n`,
  (text) => `db:\n  login: ${JSON.stringify(text)}\n`,
  (text) => JSON.stringify({ nested: [{ deep: text }] }),
  (text) => `first line of it\n${text}\nlast line of it\n`,
  (text) => `{{ broken\n  password: ${text}\n`,
]

/** How it stands in another object. */
const PLACES: readonly ((text: string) => Json)[] = [
  (text) => text,
  (text) => `before ${text} after`,
  (text) => ({ [text]: 'as a key' }),
  (text) => [{ list: [`x-${text}`] }],
  (text) => `replicas: 1\nmessage: ${JSON.stringify(text)}\n`,
  (text) => JSON.stringify({ a: { b: text } }),
  (text) => `{{ broken\nmessage: ${text}\n`,
  (text) => `replicas: 1 # was ${text}\n`,
  (text) => `https://example.com/?q=${text}`,
]

const planted: fc.Arbitrary<Planted> = fc
  .array(
    fc.record({
      canary,
      key: fc.constantFrom(...KEYS),
      wrap: fc.constantFrom(...WRAPS),
      place: fc.constantFrom(...PLACES),
      encode: fc.constantFrom(...Object.values(ENCODINGS)),
      at: fc.constantFrom('spec', 'values', 'description', 'password', 'command'),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((plants) => {
    const values: Record<string, string> = {}
    for (const [index, plant] of plants.entries()) values[`${plant.key}${index}`] = plant.wrap(plant.canary)
    const tree = plants.map((plant) => ({ [plant.at]: plant.place(plant.encode(plant.canary)), keep: 'open' }))
    return {
      canaries: plants.map((plant) => plant.canary),
      secret: secretOf(values),
      body: { spec: { values: { tree } }, data: { x: tree } },
    }
  })

test('no canary of a Secret leaves the masker, whatever the place and the encoding', () => {
  fc.assert(
    fc.property(planted, ({ canaries, secret, body }) => {
      const by = masker()
      by.learn(secret)
      const before = JSON.stringify([secret, body])
      const data = { data: secret['data']! }
      const outputs: Json = [
        by.maskSecretBody(data, new Set(['values.yaml0', 'config.json1'])),
        by.maskSecretBody(data, new Set()),
        by.maskBody(body, RELEASE),
        by.maskBody(body, CONFIG),
        by.maskStatus(body, RELEASE),
        by.scrubLabels({ label: canaries[0]! }),
        by.scrubText(`failed: ${canaries.join(' and ')}`),
      ]
      assert.deepEqual(leaks(outputs, canaries), [])
      assert.equal(JSON.stringify([secret, body]), before, 'the input is not to be changed')
    }),
    { numRuns: 300 },
  )
})

test('presence leaks no more than equality, and no tag either', () => {
  fc.assert(
    fc.property(planted, ({ canaries, secret, body }) => {
      const by = masker('presence')
      by.learn(secret)
      const output = [by.maskSecretBody({ data: secret['data']! }, new Set()), by.maskBody(body, RELEASE)]
      assert.deepEqual(leaks(output, canaries), [])
      assert.equal(JSON.stringify(output).includes('hmac:'), false)
    }),
    { numRuns: 50 },
  )
})

test('the check itself finds each canary in what was not masked, in every encoding', () => {
  fc.assert(
    fc.property(canary, fc.constantFrom(...PLACES.slice(0, 4)), (value, place) => {
      for (const [name, encode] of Object.entries(ENCODINGS)) {
        assert.ok(leaks({ spec: place(encode(value)) }, [value]).includes(name), name)
      }
    }),
    { numRuns: 100 },
  )
})

const anyJson: fc.Arbitrary<Json> = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, 1.5, '', 'x', '__proto__', { $number: '9007199254740993' }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc
      .array(
        fc.tuple(
          fc.constantFrom('__proto__', 'constructor', 'a', '', 'password', 'value', 'data', 'kind', 'patch'),
          tie('tree'),
        ),
        { maxLength: 4 },
      )
      .map(
        (entries) =>
          JSON.parse(
            `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
          ) as Json,
      ),
  ),
})).tree

test('whatever a cluster sends is masked without failing, and as a Secret down to the last leaf', () => {
  fc.assert(
    fc.property(anyJson, (tree) => {
      const by = masker()
      const secret = { kind: 'Secret', data: tree, stringData: tree } as JsonObject
      by.learn(secret)
      by.maskBody({ spec: tree, data: tree }, RELEASE)
      by.maskStatus({ status: tree }, RELEASE)
      assertMasked((by.maskSecretBody(secret, new Set(['a'])) as JsonObject)['data'] ?? null)
    }),
    { numRuns: 300 },
  )
})

/** Every leaf is a mask, null or an empty container. */
function assertMasked(value: Json): void {
  if (value === null) return
  assert.equal(typeof value, 'object', `a leaf is open: ${JSON.stringify(value)}`)
  const isMask = typeof (value as JsonObject)['masked'] === 'string'
  if (!isMask) for (const child of Object.values(value as JsonObject)) assertMasked(child)
}
