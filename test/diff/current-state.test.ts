import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { EventCount } from '../../src/model/snapshot.ts'
import type { Layer } from '../../src/model/comparison.ts'
import { compareSpecs, inputOf, lines, ref } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const LAYERS = ['presence', 'spec', 'status', 'events'] as const
const ready = (text: string) => ({ status: { conditions: [{ type: 'Ready', status: text }] } })

describe('status', () => {
  const specs = [
    { cluster: 'a', objects: [{ ref: APP, status: ready('True') }] },
    { cluster: 'b', objects: [{ ref: APP, status: ready('False') }] },
  ]

  it('is compared where it was asked for', () => {
    assert.deepEqual(compareSpecs(specs).drifts, [])
    const [drift] = compareSpecs(specs, { layers: LAYERS }).drifts
    assert.deepEqual(lines(drift!.differences), ['status status.conditions[type=Ready].status b=changed'])
    assert.equal(drift?.differences[0]?.severity, 'medium')
  })

  it('that is not there yet differs, but not on a file', () => {
    const bare = { cluster: 'b', objects: [{ ref: APP }] }
    assert.equal(compareSpecs([specs[0]!, bare], { layers: LAYERS }).verdict, 'drifted')
    assert.equal(compareSpecs([specs[0]!, { ...bare, file: true }], { layers: LAYERS }).verdict, 'in-sync')
  })

  it('does not differ in what was checked when it was read', () => {
    const checked = (digest: string) => [
      { ref: APP, status: { status: { readiness: 'Ready', valuesCheck: { digest } } } },
    ]
    const bare = [{ ref: APP, status: { status: { readiness: 'Ready' } } }]
    for (const objects of [checked('not-verifiable'), bare]) {
      const sides = [
        { cluster: 'a', objects: checked('matches') },
        { cluster: 'b', objects },
      ]
      assert.deepEqual(compareSpecs(sides, { layers: LAYERS }).drifts, [])
    }
    const only = [{ ref: APP, status: { status: { valuesCheck: { digest: 'matches' } } } }]
    const sides = [
      { cluster: 'a', objects: only },
      { cluster: 'b', objects: [{ ref: APP }] },
    ]
    assert.equal(compareSpecs(sides, { layers: LAYERS }).verdict, 'in-sync')
  })

  it('that another API version does not have is no difference', () => {
    const other = { cluster: 'b', objects: [{ ref: APP, version: 'v1beta3' }] }
    assert.equal(compareSpecs([specs[0]!, other], { layers: LAYERS }).verdict, 'in-sync')
  })
})

describe('events', () => {
  const event = (type: string, reason: string, count: number): EventCount => ({ ref: ref(APP), type, reason, count })
  const side = (cluster: string, events?: EventCount[]) => ({
    cluster,
    objects: [{ ref: APP }],
    ...(events ? { events } : {}),
  })
  const differences = (...sides: ReturnType<typeof side>[]) =>
    compareSpecs(sides, { layers: LAYERS }).drifts.flatMap((drift) => drift.differences)

  it('are compared by the reasons of warnings, not by counts', () => {
    const found = differences(
      side('a', [event('Warning', 'Same', 1), event('Normal', 'Fine', 3)]),
      side('b', [
        event('Warning', 'Same', 9),
        event('Warning', 'InstallFailed', 2),
        event('Warning', 'InstallFailed', 1),
      ]),
    )
    assert.deepEqual(lines(found), ['events Warning.InstallFailed b=added'])
    assert.deepEqual(found[0]?.values, { b: 3 })
  })

  it('are not compared where they were not read', () => {
    assert.deepEqual(differences(side('a', [event('Warning', 'X', 1)]), side('b')), [])
  })

  it('that could not be read are missed where they are compared, of whatever kinds, and nowhere else', () => {
    const sides = [side('a', []), { ...side('b'), coverage: { Event: 'forbidden' as const } }]
    for (const kinds of [null, ['HelmRelease']]) {
      const verdictFor = (layers: readonly Layer[]): string =>
        compareSpecs(sides, { layers, filter: { ...inputOf([]).filter, kinds } }).verdict
      assert.equal(verdictFor(['presence', 'spec', 'events']), 'incomplete')
      assert.equal(verdictFor(['presence', 'spec']), 'in-sync')
    }
  })
})
