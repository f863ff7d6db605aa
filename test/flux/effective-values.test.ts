import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isKnownAt } from '../../src/flux/effective.ts'
import type { FoundConfig } from '../../src/flux/effective.ts'
import { composeEffectiveValues } from '../../src/flux/effective-values.ts'
import { composeHelmValues } from '../../src/flux/helm-values.ts'
import type { Origin } from '../../src/model/comparison.ts'
import { readYamlValues } from '../../src/flux/yaml.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts'
import { isMasked } from '../../src/model/mask.ts'
import { parseExact, readCases, readConfigOf, type ConfigCase } from './vectors.ts'

const NOTHING = { noted: null, wasComposed: () => false, fingerprint: null, readText: readYamlValues }

/** Reads the objects as snapshots hold them: values of Secrets decoded, here without masks. */
function bodiesOf(references: readonly Json[], objects: readonly JsonObject[]): (at: number) => FoundConfig {
  return (at) => {
    const reference = references[at] as { kind?: string; name?: string }
    const object = objects.find(
      (one) => one['kind'] === reference.kind && (one['metadata'] as JsonObject)['name'] === reference.name,
    )
    if (object === undefined) return { found: 'absent' }
    const data = Object.entries((object['data'] ?? {}) as Record<string, string>).map(([key, text]) => [
      key,
      object['kind'] === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text,
    ])
    return { found: 'present', body: { data: Object.fromEntries(data) as JsonObject } }
  }
}

type ValuesCase = ConfigCase & { name: string; valuesFrom: readonly Json[]; values?: Json; error?: string }

for (const case_ of readCases<ValuesCase>('helm-values.json', 122, parseExact)) {
  test(`effective values are those of the vector: ${case_.name}`, () => {
    const raw = composeHelmValues(case_.valuesFrom, case_.values, readConfigOf(case_))
    if (!raw.ok && raw.reason === 'read failed') return
    const references = isJsonArray(case_.valuesFrom) ? case_.valuesFrom : []
    const spec = { valuesFrom: references, ...(case_.values === undefined ? {} : { values: case_.values }) }
    const effective = composeEffectiveValues(spec, bodiesOf(references, case_.objects ?? []), NOTHING)
    if (raw.ok) assert.deepEqual(effective.state === 'composed' && effective.tree, raw.values)
    else assert.equal(effective.state === 'not-composable' && effective.problem, raw.reason)
  })
}

const configMap = (name: string, data: Record<string, string>): JsonObject => ({
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

/** Leaves with their tokens; empty containers count as leaves. */
function leaves(value: Json, tokens: string[] = []): { tokens: string[]; value: Json }[] {
  const children = isJsonArray(value) || (isJsonObject(value) && !isMasked(value)) ? Object.entries<Json>(value) : []
  if (children.length === 0) return [{ tokens, value }]
  return children.flatMap(([key, child]) => leaves(child, [...tokens, key]))
}

function at(value: Json | undefined, tokens: readonly string[]): Json | undefined {
  let here = value
  for (const token of tokens) {
    here = typeof here === 'object' && here !== null && Object.hasOwn(here, token) ? Object(here)[token] : undefined
  }
  return here
}

const key = fc.constantFrom('a', 'b', 'c')
const scalar = fc.constantFrom<Json>(1, 2, 'x', 'y', true, null)
const tree = fc.letrec<{ map: JsonObject; any: Json }>((tie) => ({
  map: fc.dictionary(key, tie('any'), { maxKeys: 3 }),
  any: fc.oneof({ maxDepth: 3, depthSize: 'small' }, scalar, tie('map'), fc.array(tie('any'), { maxLength: 2 })),
})).map
const source = fc.oneof(
  fc.record({ tree }),
  fc.record({
    path: fc.constantFrom('a', 'b.c', 'a.b.c', 'a[1]', 'b.c[0].a', 'c'),
    text: fc.constantFrom('7', 'text', 'true', '{p,q}', 'null', ''),
    literal: fc.boolean(),
  }),
)

test('every leaf comes from the source that is named, which really holds it', () => {
  fc.assert(
    fc.property(fc.array(source, { maxLength: 4 }), tree, (drawn, inline) => {
      const sources = (JSON.parse(JSON.stringify(drawn)) as typeof drawn).filter((one) => !isQuirk(one))
      const objects = sources.map((one, n) =>
        configMap(`c${n}`, { k: 'tree' in one ? JSON.stringify(one.tree) : one.text }),
      )
      const valuesFrom = sources.map((one, n) => ({
        kind: 'ConfigMap',
        name: `c${n}`,
        valuesKey: 'k',
        ...('tree' in one ? {} : { targetPath: one.path, literal: one.literal }),
      }))
      const values = JSON.parse(JSON.stringify(inline)) as JsonObject
      const raw = composeHelmValues(valuesFrom, values, readConfigOf({ objects }))
      const effective = composeEffectiveValues({ valuesFrom, values }, bodiesOf(valuesFrom, objects), NOTHING)
      assert.equal(effective.state, raw.ok ? 'composed' : 'not-composable')
      if (effective.state !== 'composed' || !raw.ok) return
      assert.deepEqual(effective.tree, raw.values)
      for (const leaf of leaves(effective.tree)) {
        if (leaf.tokens.length === 0) continue
        const origin: Origin | null = effective.originAt(leaf.tokens)
        assert.ok(origin, leaf.tokens.join('/'))
        const labels = [...sources.map((_, n) => `ConfigMap/c${n}:k`), 'inline']
        const order: number[] = origin.shadows.map((shadow) => labels.indexOf(shadow))
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        )
        assert.ok(!origin.shadows.includes(origin.from) && !order.includes(-1))
        const one: (typeof sources)[number] | undefined = sources[labels.indexOf(origin.from)]
        const alone: JsonObject = one === undefined ? values : 'tree' in one ? one.tree : aloneOf(one)
        assert.deepEqual(at(alone, leaf.tokens), leaf.value, `${origin.from} at ${leaf.tokens.join('/')}`)
      }
    }),
    { numRuns: 2000 },
  )
})

test('origins are the same whether leaves are marked, as a targetPath needs it, or not', () => {
  const places = [['a'], ['a', 'b'], ['a', '0'], ['a', '0', 'b'], ['b', 'a', 'c'], ['c', '1'], ['c', 'a', 'b']]
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), tree, (trees, inline) => {
      const objects = trees.map((one, n) => configMap(`c${n}`, { k: JSON.stringify(one) }))
      const valuesFrom = trees.map((_, n) => ({ kind: 'ConfigMap', name: `c${n}`, valuesKey: 'k' }))
      const values = JSON.parse(JSON.stringify(inline)) as JsonObject
      const skipped = { kind: 'ConfigMap', name: 'none', targetPath: 'a', optional: true }
      const [plain, marked] = [valuesFrom, [...valuesFrom, skipped]].map((references) =>
        composeEffectiveValues({ valuesFrom: references, values }, bodiesOf(references, objects), NOTHING),
      )
      assert.ok(plain?.state === 'composed' && marked?.state === 'composed')
      assert.deepEqual(plain.tree, marked.tree)
      for (const tokens of [...places, ...leaves(plain.tree).map((leaf) => leaf.tokens)]) {
        assert.deepEqual(plain.originAt(tokens), marked.originAt(tokens), tokens.join('/'))
      }
    }),
    { numRuns: 1000 },
  )
})

/** An empty text for a field of a list item sets nothing where Helm has to make the item first. */
function isQuirk(one: object): boolean {
  return 'text' in one && one.text === '' && 'path' in one && one.path === 'b.c[0].a'
}

/** What a targetPath gives by itself. */
function aloneOf({ path, text, literal }: { path: string; text: string; literal: boolean }): JsonObject {
  const reference = { kind: 'ConfigMap', name: 'one', valuesKey: 'k', targetPath: path, literal }
  const composed = composeHelmValues([reference], {}, readConfigOf({ objects: [configMap('one', { k: text })] }))
  assert.ok(composed.ok)
  return composed.values
}

const spec = (valuesFrom: readonly Json[], values: JsonObject = {}): JsonObject => ({ valuesFrom, values })
const mask = { masked: 'hmac:0:AAAA' }
const found = (data: JsonObject): FoundConfig => ({ found: 'present', body: { data } })

test('origins name the list position where one source stands twice, and what is shadowed, lowest first', () => {
  const base = { kind: 'ConfigMap', name: 'base' }
  const effective = composeEffectiveValues(
    spec([base, { kind: 'Secret', name: 's', valuesKey: 'k' }, base], { image: { tag: 'v3' } }),
    (n) => (n === 1 ? found({ k: { image: mask } }) : found({ 'values.yaml': 'image: { tag: v1 }\nlist: [1, 2]\n' })),
    NOTHING,
  )
  assert.ok(effective.state === 'composed')
  assert.deepEqual(effective.originAt(['image', 'tag']), {
    from: 'inline',
    shadows: ['ConfigMap/base:values.yaml (valuesFrom[0])', 'Secret/s:k', 'ConfigMap/base:values.yaml (valuesFrom[2])'],
  })
  assert.deepEqual(effective.originAt(['list', '1']), {
    from: 'ConfigMap/base:values.yaml (valuesFrom[2])',
    shadows: ['ConfigMap/base:values.yaml (valuesFrom[0])'],
  })
  assert.equal(effective.originAt(['absent']), null)
})

// flux-facts 3a.8: a nested targetPath wins over inline where no earlier reference supplies its map.
test('a masked value that is set by a targetPath is one masked leaf, where the rules of Helm put it', () => {
  const reference = { kind: 'Secret', name: 's', valuesKey: 'password', targetPath: 'auth.password' }
  const read = (): FoundConfig => found({ password: mask })
  const effective = composeEffectiveValues(spec([reference], { auth: { password: 'old', user: 'app' } }), read, NOTHING)
  assert.ok(effective.state === 'composed')
  assert.deepEqual(effective.tree, { auth: { password: mask, user: 'app' } })
  assert.deepEqual(effective.originAt(['auth', 'password']), { from: 'Secret/s:password', shadows: ['inline'] })
  const top = composeEffectiveValues(spec([{ ...reference, targetPath: 'p' }], { p: 'inline' }), read, NOTHING)
  assert.deepEqual(top.state === 'composed' && top.tree, { p: 'inline' })
})

test('a masked map is a leaf that is replaced, not a map that is merged', () => {
  const effective = composeEffectiveValues(
    spec([{ kind: 'Secret', name: 's' }], { a: { b: 1 } }),
    () => found({ 'values.yaml': { a: mask } }),
    NOTHING,
  )
  assert.deepEqual(effective.state === 'composed' && effective.tree, { a: { b: 1 } })
})

test('a text that is masked in part is unknown where commas may begin other values, unless it is literal', () => {
  const compose = (value: Json, more: JsonObject = {}) =>
    composeEffectiveValues(
      {
        valuesFrom: [{ kind: 'ConfigMap', name: 'db', valuesKey: 'url', targetPath: 'db.url', ...more }],
        values: { m: { b: 1 }, top: 1 },
      },
      () => ({ found: 'present', body: { data: { url: value } } }),
      NOTHING,
    )
  const mask = (text: string): JsonObject => ({ masked: 'hmac:k:t', text })
  const url = mask('amqp://user:***@host')
  const one = compose(url)
  assert.deepEqual(one.state === 'composed' && one.tree, { m: { b: 1 }, top: 1, db: { url } })
  // `a,m.b=2` sets m.b too: in the inline map, which Helm shares (3a.8). A value at the top is inline's, whatever the text sets there.
  for (const text of ['amqp://user:***@host,m.b=2', '{a,***}', '***\\\\,m.b=2', "'***,m.b=2'"]) {
    const split = compose(mask(text))
    assert.ok(split.state === 'composed' && split.missing !== null)
    // Inline values are merged last, so that m stays a map.
    assert.deepEqual(split.tree, { m: {}, top: 1 })
    assert.equal(split.missing.reason, 'ConfigMap/db:url is masked, so that what its commas separate cannot be read')
    assert.deepEqual(
      [['top'], ['m', 'b'], ['db', 'url'], ['other']].map((tokens) => isKnownAt(split.missing, tokens)),
      [true, false, false, false],
    )
    const literal = compose(mask(text), { literal: true })
    assert.deepEqual(literal.state === 'composed' && literal.tree, { m: { b: 1 }, top: 1, db: { url: mask(text) } })
  }
  const tree = compose({ password: { masked: 'hmac:k:t' } })
  assert.ok(tree.state === 'composed' && !isKnownAt(tree.missing, ['db', 'url']))
})

test('what was not read, or is masked where its text decides, is unknown and never absent', () => {
  const reference = { kind: 'Secret', name: 's', optional: true }
  const forbidden = composeEffectiveValues(
    spec([reference]),
    () => ({ found: 'unknown', reason: 'forbidden: get', asked: true }),
    NOTHING,
  )
  assert.deepEqual(forbidden, { state: 'unknown', reason: 'forbidden: get', asked: true })
  const sops = composeEffectiveValues(spec([reference]), () => found({ 'values.yaml': { masked: 'sops' } }), NOTHING)
  assert.equal(sops.state, 'unknown')
  const whole = (wasComposed: boolean, values: JsonObject = { a: 1 }) =>
    composeEffectiveValues(spec([reference], values), () => found({ 'values.yaml': mask }), {
      ...NOTHING,
      wasComposed: () => wasComposed,
    })
  assert.equal(whole(false, {}).state, 'unknown')
  const inline = whole(false)
  assert.deepEqual(inline.state === 'composed' && [inline.tree, inline.missing?.asked], [{ a: 1 }, true])
  // It could be composed when it was read, so it held no values.
  const empty = whole(true)
  assert.deepEqual(empty.state === 'composed' && empty.tree, { a: 1 })
})

test('a failure names the source and the line', () => {
  const reference = { kind: 'ConfigMap', name: 'v' }
  const broken = composeEffectiveValues(spec([reference]), () => found({ 'values.yaml': 'a: 1\nb: [\n' }), NOTHING)
  assert.ok(broken.state === 'not-composable')
  assert.deepEqual([broken.problem, broken.source], ['data not readable', 'ConfigMap/v:values.yaml'])
  assert.ok(broken.line !== null && broken.line >= 2)
  const bad = { ...reference, targetPath: 'a.b' }
  const path = composeEffectiveValues(spec([bad], { a: 1 }), () => found({ 'values.yaml': 'x' }), NOTHING)
  assert.deepEqual(path, {
    state: 'not-composable',
    problem: 'not mergeable',
    source: 'ConfigMap/v:values.yaml (targetPath "a.b")',
    line: null,
  })
  const problem = { reason: 'data not readable', at: 0, line: 3 } as const
  const noted = { digest: 'not-verifiable', problem, inlineIgnored: false } as const
  const known = composeEffectiveValues(spec([reference]), () => found({}), { ...NOTHING, noted })
  assert.deepEqual(known, {
    state: 'not-composable',
    problem: 'data not readable',
    source: 'ConfigMap/v:values.yaml',
    line: 3,
  })
})
