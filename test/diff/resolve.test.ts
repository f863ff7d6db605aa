import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolve } from '../../src/diff/resolve.ts'
import { diffTrees } from '../../src/diff/tree-diff.ts'
import type { Step } from '../../src/diff/tree-types.ts'
import { contextOf } from './tree-helpers.ts'

const RELEASE = {
  spec: {
    values: { hosts: [{ host: 'a' }, { host: 'b', 'x/y': 1 }], config: '{"log": {"level": "info"}}' },
    valuesFrom: [{ kind: 'ConfigMap', name: 'vals-9g9d69c4k8' }],
    dependsOn: [{ name: 'x', namespace: 'other' }, { name: 'x' }],
  },
}

test('steps lead to the value and its pointer', () => {
  const context = contextOf('HelmRelease')
  const key = (...keys: string[]): Step[] => keys.map((name) => ({ key: name }))
  const at = (...steps: Step[]) => resolve(RELEASE, steps, context)
  assert.deepEqual(at(...key('spec', 'values', 'hosts'), { item: [['host', 'b']] }, { key: 'x/y' }), {
    pointer: '/spec/values/hosts/1/x~1y',
    value: 1,
  })
  assert.deepEqual(
    at(...key('spec', 'values', 'hosts'), { index: 0 }, { key: 'host' })?.pointer,
    '/spec/values/hosts/0/host',
  )
  assert.deepEqual(at(...key('spec', 'values', 'config', 'log', 'level')), {
    pointer: '/spec/values/config',
    value: 'info',
  })
  assert.deepEqual(
    at(...key('spec', 'dependsOn'), {
      item: [
        ['namespace', 'apps'],
        ['name', 'x'],
      ],
    })?.pointer,
    '/spec/dependsOn/1',
  )
  assert.equal(at(...key('spec', 'values', 'hosts'), { item: [['host', 'c']] }), null)
  assert.equal(at(...key('spec', 'nothing', 'there')), null)
  assert.equal(at(...key('spec', 'toString')), null)
  assert.equal(at(...key('spec', 'values', 'hosts'), { key: 'length' }), null)
  assert.deepEqual(at(), { pointer: '', value: RELEASE })
})

test('an item is also found by the name of the object that it stands for', () => {
  const steps: Step[] = [
    { key: 'spec' },
    { key: 'valuesFrom' },
    { item: [['name', 'vals-h29d89cmmt']] },
    { key: 'kind' },
  ]
  const sameReference = (a: string, b: string) => a.slice(0, 5) === b.slice(0, 5)
  assert.equal(resolve(RELEASE, steps, contextOf('HelmRelease')), null)
  const found = resolve(RELEASE, steps, contextOf('HelmRelease', { sameReference }))
  assert.equal(found?.pointer, '/spec/valuesFrom/0/kind')
})

test('the steps of a change lead to both of its values', () => {
  const to = structuredClone(RELEASE)
  to.spec.values.hosts.reverse()
  to.spec.values.config = 'log:\n  level: debug\n'
  to.spec.values.hosts.unshift({ host: 'new' })
  const context = contextOf('HelmRelease')
  const { changes } = diffTrees(RELEASE, to, context)
  assert.equal(changes.length, 3)
  for (const change of changes.filter((entry) => entry.change !== 'moved')) {
    if (change.fromPointer !== null) {
      assert.deepEqual(resolve(RELEASE, change.steps, context), { pointer: change.fromPointer, value: change.from })
    }
    if (change.toPointer !== null) {
      assert.deepEqual(resolve(to, change.steps, context), { pointer: change.toPointer, value: change.to })
    }
  }
})
