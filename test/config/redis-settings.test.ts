import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { redisSettings, type RedisSettings } from '../../src/config/redis-settings.ts'
import { readRedisUrl } from '../../src/config/redis-url.ts'
import { HEAD, load } from './support.ts'

const SINGLE = { master: null, username: null, password: null, tls: null }

function settings(t: TestContext, redis: string, env: Record<string, string> = {}): RedisSettings {
  return redisSettings(load(t, `${HEAD}redis: ${redis}\n`, env).redis!, env)
}

test('one server: its URL, with the port that Redis has by default', (t) => {
  const env = { URL: 'redis://user:p%40ss@redis.example.com/2\n' }
  assert.deepEqual(settings(t, '{ urlFrom: { env: URL } }', env), {
    ...SINGLE,
    mode: 'single',
    urls: ['redis://user:p%40ss@redis.example.com:6379/2'],
  })
})

test('the section tls switches TLS on and brings the authority', (t) => {
  const url = { URL: 'redis://[::1]:6380' }
  const { urls, tls } = settings(t, '{ urlFrom: { env: URL }, tls: { caFile: config.yaml, serverName: r } }', url)
  assert.deepEqual(urls, ['rediss://[::1]:6380'])
  assert.deepEqual({ ...tls, ca: tls?.ca?.slice(0, 11) }, { ca: 'apiVersion:', cert: null, key: null, serverName: 'r' })
})

test('sentinels: their password is not that of the server; TLS and database are those of the URL', (t) => {
  const redis =
    '{ urlFrom: { env: URL }, sentinels: { name: m, nodes: ["s0:26379", "[::1]:26380"], passwordFrom: { env: S } } }'
  assert.deepEqual(settings(t, redis, { URL: 'rediss://app:server@ignored:1/3', S: 'sent/inel' }), {
    mode: 'sentinel',
    urls: ['rediss://:sent%2Finel@s0:26379/3', 'rediss://:sent%2Finel@[::1]:26380/3'],
    master: 'm',
    username: 'app',
    password: 'server',
    tls: null,
  })
})

test('a cluster: user and password are those of the URL', (t) => {
  const env = { URL: 'redis://app:pw@ignored' }
  assert.deepEqual(settings(t, '{ urlFrom: { env: URL }, cluster: { nodes: ["a:1", "b:2"] } }', env), {
    mode: 'cluster',
    urls: ['redis://a:1', 'redis://b:2'],
    master: null,
    username: 'app',
    password: 'pw',
    tls: null,
  })
  assert.deepEqual(settings(t, '{ cluster: { nodes: ["a:1"] }, tls: {} }').urls, ['rediss://a:1'])
})

for (const text of [
  '',
  'redis',
  'http://h',
  'redis://',
  'redis://h/x',
  'redis://h?a=b',
  'redis://h#a',
  'redis://%zz@h',
]) {
  test(`${JSON.stringify(text)} is no Redis URL`, () => assert.equal(readRedisUrl(text), null))
}
