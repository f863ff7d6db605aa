import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireTellable } from '../../src/diff/compare.ts'
import { AppError } from '../../src/model/errors.ts'

test('more differences than a document can hold are refused with what to do, not by a crash', () => {
  assert.doesNotThrow(() => requireTellable(400_000))
  assert.throws(
    () => requireTellable(1_500_000),
    (error: unknown) =>
      error instanceof AppError &&
      error.code === 'comparison-too-large' &&
      error.message === 'the clusters differ in 1500000 places, and one comparison tells 400000' &&
      error.hint.includes('--layer presence,spec,metadata,data,install'),
  )
})
