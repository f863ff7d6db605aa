import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareSemver, parseSemver } from '../../src/flux/semver.ts'

function order(a: string, b: string): number {
  return Math.sign(compareSemver(parseSemver(a)!, parseSemver(b)!))
}

test('versions have the precedence of semver.org, item 11', () => {
  const rising = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.9.0',
    '1.10.0',
    '2.0.0',
  ]
  for (const [index, version] of rising.entries()) {
    assert.equal(order(version, version), 0)
    for (const higher of rising.slice(index + 1)) {
      assert.equal(order(version, higher), -1, `${version} ${higher}`)
      assert.equal(order(higher, version), 1, `${higher} ${version}`)
    }
  }
})

test('a leading v, missing parts and build metadata make no other version', () => {
  assert.equal(order('v1.2.0', '1.2.0'), 0)
  assert.equal(order('1.2', '1.2.0'), 0)
  assert.equal(order('1', '1.0.0'), 0)
  assert.equal(order('1.2.3+7', '1.2.3+0cc9a8446c95'), 0)
})

// Answers of Masterminds/semver 3.4, NewVersion and Compare.
test('versions are read as Helm reads them', () => {
  assert.equal(order('01.02.03', '1.2.3'), 0)
  assert.equal(order('18446744073709551615.0.0', '18446744073709551614'), 1)
  assert.equal(order('9007199254740993', '9007199254740992'), 1)
  assert.equal(order('1.0.0-9007199254740993', '1.0.0-9007199254740992'), 1)
  assert.equal(order('1.0.0-007a', '1.0.0-7'), 1)
  assert.equal(order('1.0.0-18446744073709551616', '1.0.0-18446744073709551615'), 1)
  for (const text of [
    '1.2.3-01',
    '1.2.3-a..b',
    '1.2.3-a.',
    '1.2.3+',
    '1.2.3+a..b',
    '1.0.0-a_b',
    '18446744073709551616',
  ]) {
    assert.equal(parseSemver(text), null, text)
  }
})

test('what is no version is none', () => {
  for (const text of ['', 'main', 'latest', 'release/1.2.3', '1.2.3.4', 'v', '1.x', 'app-1.2.3']) {
    assert.equal(parseSemver(text), null, text)
  }
})
