import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { overlaps } from '../../src/diff/overlap.ts'
import { indexPaths } from '../../src/diff/path-index.ts'

const step = fc.constantFrom('.a', '.b', '.ab', '["a.b"]', '[name=x]', '[0]', '[+1]')
const path = fc.array(step, { maxLength: 4 }).map((steps) => steps.join('').replace(/^\./, ''))

test('an index finds the same as looking at every path, and only the path itself where it is there', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 30 }), path, (paths, place) => {
      const items = paths.map((one, id) => ({ path: one, id }))
      const exact = items.filter((item) => item.path === place)
      const all = items.filter((item) => overlaps(item.path, place))
      assert.deepEqual(indexPaths(items)(place), exact.length > 0 ? exact : all)
    }),
    { numRuns: 3000 },
  )
})
