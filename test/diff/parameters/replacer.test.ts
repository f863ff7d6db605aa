import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createReplacer, showMarkers } from '../../../src/diff/parameters/replacer.ts'

const PRODUCTION = { env: 'prod', domain: 'prod.example.com', region: 'eu-west-1', tier: 'gold', code: '7' }

function shown(text: string, parameters: Record<string, string> = PRODUCTION): string {
  return showMarkers(createReplacer(parameters).replace(text))
}

test('values are replaced where they are whole words, the longest first', () => {
  assert.equal(shown('apps-prod'), 'apps-${env}')
  assert.equal(shown('https://app.prod.example.com/x'), 'https://app.${domain}/x')
  assert.equal(shown('db.prod.internal'), 'db.${env}.internal')
  assert.equal(shown('prod/prod_prod'), '${env}/${env}_${env}')
  assert.equal(shown('s3.eu-west-1.amazonaws.com'), 's3.${region}.amazonaws.com')
})

test('never inside of a longer word', () => {
  for (const text of ['products', 'reprod', 'prod2', '2prod', 'prodé', 'eu-west-12', 'xprod.example.com', 'PROD']) {
    assert.equal(createReplacer(PRODUCTION).replace(text), text)
  }
  assert.equal(shown('prod.example.community'), '${env}.example.community')
})

test('a value of two parameters is ambiguous and stays', () => {
  assert.equal(shown('apps-prod', { env: 'prod', stage: 'prod' }), 'apps-prod')
  assert.equal(shown('apps', { empty: '' }), 'apps')
})

const text = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.constantFrom('prod', 'prod.example.com', '-', '.', 'x', '7', '\ue000', '\ue001', '\ue002', 'env', '${env}'),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
)
const parameters = fc.dictionary(
  fc.constantFrom('env', 'domain', 'a', 'b'),
  fc.oneof(fc.string(), fc.constantFrom('prod', 'prod.example.com', 'x', '.', '7')),
  { maxKeys: 4 },
)

test('replacing back gives the original, so nothing becomes the same that was not', () => {
  fc.assert(
    fc.property(text, parameters, (text, parameters) => {
      const { replace, restore } = createReplacer(parameters)
      assert.equal(restore(replace(text)), text)
    }),
    { numRuns: 2000 },
  )
})
