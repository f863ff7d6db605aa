import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FoundConfig } from '../../src/flux/effective.ts'
import { composeEffectiveVariables } from '../../src/flux/effective-variables.ts'
import { collectVariables } from '../../src/flux/substitute-vars.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { readCases, readConfigOf, type ConfigCase } from './vectors.ts'

type SubstituteCase = ConfigCase & {
  name: string
  substituteFrom?: readonly Json[]
  substitute?: Json
  always?: boolean
}

for (const case_ of readCases<SubstituteCase>('substitute-vars.json', 65)) {
  test(`effective variables are those of the vector: ${case_.name}`, () => {
    const postBuild: Record<string, Json> = case_.always === true ? { substituteStrategy: 'Always' } : {}
    if (case_.substituteFrom !== undefined) postBuild['substituteFrom'] = case_.substituteFrom
    if (case_.substitute !== undefined) postBuild['substitute'] = case_.substitute
    const raw = collectVariables(postBuild, readConfigOf(case_))
    const read = (at: number): FoundConfig => bodyOf(case_, case_.substituteFrom![at] as Record<string, string>)
    const found = composeEffectiveVariables(postBuild, read)
    const fine = found.state === 'composed' && found.invalid.length === 0
    assert.equal(fine, raw.ok)
    if (!raw.ok || found.state !== 'composed') return
    assert.deepEqual(found.tree, Object.fromEntries(raw.variables))
    assert.equal(found.runs, raw.runs)
  })
}

/** As a snapshot holds it, but for masks: values of Secrets decoded. */
function bodyOf(case_: SubstituteCase, reference: Record<string, string>): FoundConfig {
  const object = readConfigOf(case_)(reference['kind'] as 'ConfigMap', reference['name'] ?? '')
  if (object === 'absent') return { found: 'absent' }
  if (object === 'failed') return { found: 'unknown', reason: 'failed: get', asked: true }
  const data = Object.entries((object['data'] ?? {}) as Record<string, string>).map(([key, text]) => [
    key,
    reference['kind'] === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text,
  ])
  return { found: 'present', body: { data: Object.fromEntries(data) as JsonObject } }
}

test('inline wins over all objects, later objects over earlier ones', () => {
  const objects = [{ region: 'eu', zone: 'a' }, { region: 'us', zone: 'b' }, { 'bad-name': 'x' }]
  const found = composeEffectiveVariables(
    {
      substituteFrom: [
        { kind: 'ConfigMap', name: 'vars' },
        { kind: 'Secret', name: 'more' },
        { kind: 'ConfigMap', name: 'vars' },
        { kind: 'ConfigMap', name: 'gone', optional: true },
      ],
      substitute: { region: 'in\nline' },
    },
    (at) => (at === 3 ? { found: 'absent' } : { found: 'present', body: { data: objects[at]! } }),
  )
  assert.ok(found.state === 'composed')
  assert.deepEqual(found.tree, { region: 'inline', zone: 'b', 'bad-name': 'x' })
  assert.deepEqual(found.originAt(['region']), {
    from: 'inline',
    shadows: ['ConfigMap/vars:region (substituteFrom[0])', 'Secret/more:region'],
  })
  assert.deepEqual(found.originAt(['zone']), {
    from: 'Secret/more:zone',
    shadows: ['ConfigMap/vars:zone (substituteFrom[0])'],
  })
  assert.deepEqual(found.invalid, [{ name: 'bad-name', from: 'ConfigMap/vars:bad-name (substituteFrom[2])' }])
})
