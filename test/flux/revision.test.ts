import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRevision, withoutDerivedBuild } from '../../src/flux/revision.ts'

const SHA1 = '9b9f1b2d6e5c4a3b2c1d0e9f8a7b6c5d4e3f2a1b'
const SHA256 = `${SHA1}0123456789abcdef01234567`

test('revisions split into name, algorithm and checksum', () => {
  const parsed = (text: string) => Object.values(parseRevision(text))
  assert.deepEqual(parsed(`main@sha1:${SHA1}`), ['main', 'sha1', SHA1])
  assert.deepEqual(parsed(`refs/heads/main@sha1:${SHA1}`), ['refs/heads/main', 'sha1', SHA1])
  assert.deepEqual(parsed(`user@host@sha1:${SHA1}`), ['user@host', 'sha1', SHA1])
  assert.deepEqual(parsed(`6.6.0@sha256:${SHA256}`), ['6.6.0', 'sha256', SHA256])
  assert.deepEqual(parsed(`sha256:${SHA256}`), [null, 'sha256', SHA256])
})

test('the form before Flux 2.0 is read by the length of its checksum', () => {
  assert.deepEqual(parseRevision(`feature/x/${SHA1}`), { name: 'feature/x', algorithm: 'sha1', checksum: SHA1 })
  assert.deepEqual(parseRevision(`latest/${SHA256}`), { name: 'latest', algorithm: 'sha256', checksum: SHA256 })
  assert.deepEqual(parseRevision(SHA256), { name: null, algorithm: 'sha256', checksum: SHA256 })
})

test('a chart version is a name, and so is anything else', () => {
  assert.deepEqual(parseRevision('6.6.1+build.7'), { name: '6.6.1+build.7', algorithm: null, checksum: null })
  assert.deepEqual(parseRevision('main'), { name: 'main', algorithm: null, checksum: null })
  assert.deepEqual(parseRevision(''), { name: null, algorithm: null, checksum: null })
})

test('only build metadata that Flux adds is taken off a chart version', () => {
  assert.equal(withoutDerivedBuild('6.6.1+0cc9a8446c95'), '6.6.1')
  assert.equal(withoutDerivedBuild('6.6.1+3'), '6.6.1')
  assert.equal(withoutDerivedBuild('6.6.1+0cc9a8446c95.12'), '6.6.1')
  assert.equal(withoutDerivedBuild('6.6.1+build.7'), '6.6.1+build.7')
  assert.equal(withoutDerivedBuild(`main@sha1:${SHA1}`), `main@sha1:${SHA1}`)
})
