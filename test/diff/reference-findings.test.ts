import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Finding } from '../../src/model/comparison.ts'
import type { Reference } from '../../src/model/snapshot.ts'
import { compareSpecs, NO_FILTER, ref, reference } from './builders.ts'
import type { SnapshotSpec } from './builders.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const objects = NAMES.map((name) => ({ ref: `Kustomization/apps/${name}` }))

function side(cluster: string, references: readonly Reference[], rest: Partial<SnapshotSpec> = {}): SnapshotSpec {
  return { cluster, objects, references, ...rest }
}

function from(name: string, state: Reference['state'], rest: Partial<Reference> = {}): Reference {
  const found = reference(`Kustomization/apps/${name}`, 'GitRepository/apps/repo', {
    state,
    use: 'source',
    field: 'spec.sourceRef',
  })
  return { ...found, ...rest }
}

function told(specs: readonly SnapshotSpec[], code: string): Finding[] {
  return compareSpecs(specs).findings.filter((finding) => finding.code === code)
}

describe('a dangling reference', () => {
  it('is told once for an object that several others miss on a cluster', () => {
    const on = (state: Reference['state']) => NAMES.map((name) => from(name, state))
    const [finding, ...more] = told(
      [side('staging', on('present')), side('production', on('absent'))],
      'dangling-reference',
    )
    assert.deepEqual(more, [])
    assert.equal(finding?.severity, 'medium')
    assert.deepEqual(finding?.clusters, ['production'])
    assert.deepEqual(finding?.ref, ref('GitRepository/apps/repo'))
    assert.equal(
      finding?.message,
      'GitRepository/apps/repo does not exist on production, and 7 references lead to it: ' +
        'Kustomization/apps/a (spec.sourceRef), Kustomization/apps/b (spec.sourceRef), ' +
        'Kustomization/apps/c (spec.sourceRef), Kustomization/apps/d (spec.sourceRef), ' +
        'Kustomization/apps/e (spec.sourceRef) and 2 more',
    )
  })

  it('is one low line for all that lead nowhere on all clusters alike', () => {
    const both = NAMES.slice(0, 2).map((name) => from(name, 'absent'))
    const findings = told([side('staging', both), side('production', both)], 'dangling-reference')
    assert.deepEqual(
      findings.map(({ severity, clusters, ref: about, message }) => [severity, clusters, about, message]),
      [
        [
          'low',
          ['staging', 'production'],
          null,
          '2 references lead to nothing on every cluster that has them: ' +
            'GitRepository/apps/repo (Kustomization/apps/a in spec.sourceRef), ' +
            'GitRepository/apps/repo (Kustomization/apps/b in spec.sourceRef)',
        ],
      ],
    )
  })

  it('is low where nothing is delivered by it', () => {
    const watched = (state: Reference['state']) => [from('a', state, { use: 'other' })]
    const findings = told(
      [side('staging', watched('present')), side('production', watched('absent'))],
      'dangling-reference',
    )
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ['low'],
    )
  })

  it('is not told of what could not be read', () => {
    for (const state of ['forbidden', 'failed', 'not-asked'] as const) {
      const specs = [side('staging', [from('a', 'present')]), side('production', [from('a', state)])]
      assert.deepEqual(told(specs, 'dangling-reference'), [])
    }
  })
})

describe('an optional reference', () => {
  const optional = (state: Reference['state']) => [from('a', state, { optional: true })]

  it('is told where it leads to nothing on one cluster and to something on another', () => {
    const specs = [side('staging', optional('present')), side('production', optional('absent'))]
    const [finding, ...more] = told(specs, 'optional-reference-absent')
    assert.deepEqual(more, [])
    assert.equal(finding?.severity, 'low')
    assert.deepEqual(finding?.clusters, ['production'])
    assert.equal(
      finding?.message,
      'production: 1 optional reference that leads to an object elsewhere is skipped without an error: ' +
        'GitRepository/apps/repo (Kustomization/apps/a in spec.sourceRef)',
    )
    assert.deepEqual(told(specs, 'dangling-reference'), [])
  })

  it('is not told where no cluster has the object, or where nobody knows', () => {
    const absent = side('production', optional('absent'))
    assert.deepEqual(told([side('staging', optional('absent')), absent], 'optional-reference-absent'), [])
    assert.deepEqual(told([side('staging', optional('forbidden')), absent], 'optional-reference-absent'), [])
  })
})

describe('a cycle of dependencies', () => {
  const depends = (...edges: string[]): Reference[] =>
    edges.map((edge, at) =>
      reference(`Kustomization/apps/${edge[0]}`, `Kustomization/apps/${edge[1]}`, {
        use: 'dependency',
        field: `spec.dependsOn[${at}]`,
      }),
    )
  const cycles = (...sides: string[][]) =>
    told(
      sides.map((edges, at) => side(`c${at}`, depends(...edges))),
      'dependency-cycle',
    ).map(({ severity, clusters, message }) => [severity, clusters.join(' '), message.split(' on ')[0]])

  const path = (...names: string[]) => names.map((name) => `Kustomization/apps/${name}`).join(' → ')

  it('is told on the cluster that has it, in order', () => {
    assert.deepEqual(cycles(['ab', 'bc'], ['ab', 'bc', 'ca', 'da', 'ce']), [['high', 'c1', path('a', 'b', 'c', 'a')]])
  })

  it('is a real danger where all clusters have it, but no difference', () => {
    assert.deepEqual(cycles(['ba', 'ab'], ['ab', 'ba']), [['medium', 'c0 c1', path('a', 'b', 'a')]])
  })

  it('may be of one object, and stand beside others', () => {
    assert.deepEqual(cycles(['ab', 'bc', 'cb', 'aa', 'de', 'ed', 'fg']), [
      ['high', 'c0', path('a', 'a')],
      ['high', 'c0', path('b', 'c', 'b')],
      ['high', 'c0', path('d', 'e', 'd')],
    ])
  })

  it('is none where dependencies only meet', () => {
    assert.deepEqual(cycles(['ab', 'ac', 'bd', 'cd', 'de']), [])
  })

  it('is not told where none of its objects was asked for', () => {
    const specs = [side('staging', []), side('production', depends('ab', 'ba'))]
    const filter = { ...NO_FILTER, resource: { kind: 'Kustomization', namespace: 'apps', name: 'c' } }
    assert.deepEqual(
      compareSpecs(specs, { filter }).findings.map(({ code }) => code),
      [],
    )
  })

  it('is found in a chain that is thousands long', () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `Kustomization/apps/n${at}`)
    const references = names.map((name, at) =>
      reference(name, names[(at + 1) % names.length]!, { use: 'dependency', field: 'spec.dependsOn[0]' }),
    )
    const specs = [{ cluster: 'a', objects: names.map((name) => ({ ref: name })), references }]
    const [finding, ...more] = told(specs, 'dependency-cycle')
    assert.deepEqual(more, [])
    assert.match(finding?.message ?? '', /→ 19992 more → Kustomization\/apps\/n0 on a: /)
  })
})
