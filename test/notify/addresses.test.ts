import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOpenHost, publicAddresses } from '../../src/notify/addresses.ts'

const isPublic = publicAddresses()

for (const address of [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '64:ff9b::7f00:1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2001::1',
  'not an address',
]) {
  test(`${address} is not dialled`, () => assert.equal(isPublic(address), false))
}

for (const address of [
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '192.0.1.1',
  '2606:4700::1111',
  '2a00:1450::1',
]) {
  test(`${address} is public`, () => assert.equal(isPublic(address), true))
}

for (const [url, open] of [
  ['https://127.0.0.1/x', false],
  ['https://2130706433/x', false],
  ['https://0x7f.1/x', false],
  ['https://[::1]/x', false],
  ['https://[::ffff:10.0.0.1]/x', false],
  ['https://8.8.8.8/x', true],
  ['https://example.com/x', true],
] as const) {
  test(`${url} is ${open ? 'left to the look-up' : 'refused as it stands'}`, () => {
    assert.equal(isOpenHost(new URL(url), isPublic), open)
  })
}
