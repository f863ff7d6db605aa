import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { AppError } from '../../src/model/errors.ts'
import { createBullQueue } from '../../src/workers/bull-queue.ts'
import { addressOf, redisAt, type RedisTarget } from '../../src/workers/redis-target.ts'
import { job, rejects, until, untilState } from '../contracts/job-queue.ts'
import { freePort, startRedis } from './redis-server.ts'

const LANE = 'snapshot.eu-west'
const LIMITS = { timeout: 60_000 }

test('what a URL says', () => {
  assert.deepEqual(addressOf(redisAt('redis://redis.example.com')), {
    mode: 'server',
    options: { host: 'redis.example.com', port: 6379, db: 0 },
  })
  assert.deepEqual(addressOf(redisAt('rediss://flux:p%40ss@[::1]:6380/3')), {
    mode: 'server',
    options: { host: '::1', port: 6380, db: 3, username: 'flux', password: 'p@ss', tls: {} },
  })
  assert.deepEqual(addressOf(redisAt('redis://:from-url@a', { username: 'flux', password: 'from-file' })), {
    mode: 'server',
    options: { host: 'a', port: 6379, db: 0, username: 'flux', password: 'from-file' },
  })
})

test('sentinels have credentials of their own, and TLS as the server has', () => {
  const urls = ['rediss://watcher:one@s1:26379', 'rediss://watcher:one@s2:26379']
  const tls = { ca: 'PEM', cert: null, key: null, serverName: 'redis' }
  const target: RedisTarget = { mode: 'sentinel', urls, master: 'main', username: 'flux', password: 'two', tls }
  assert.deepEqual(addressOf(target), {
    mode: 'server',
    options: {
      sentinels: [
        { host: 's1', port: 26379 },
        { host: 's2', port: 26379 },
      ],
      name: 'main',
      db: 0,
      username: 'flux',
      password: 'two',
      sentinelUsername: 'watcher',
      sentinelPassword: 'one',
      tls: { ca: 'PEM', servername: 'redis' },
      sentinelTLS: { ca: 'PEM', servername: 'redis' },
      enableTLSForSentinelMode: true,
    },
  })
})

test('targets that cannot be are refused without a word of their URL', () => {
  const targets: RedisTarget[] = [
    redisAt('http://user:canary@a'),
    redisAt('redis://user:canary@a/canary'),
    redisAt('redis://user:canary@a?tls=canary'),
    redisAt('redis://user:%ZZcanary@a'),
    redisAt('canary'),
    redisAt('redis://a', { urls: [] }),
    redisAt('', { urls: ['redis://a', 'redis://canary'] }),
    redisAt('', { mode: 'cluster', urls: ['redis://a', 'rediss://canary'] }),
    redisAt('redis://canary/1', { mode: 'cluster' }),
    redisAt('redis://canary', { mode: 'sentinel' }),
  ]
  for (const target of targets) {
    assert.throws(
      () => createBullQueue({ redis: target }),
      (error) => error instanceof AppError && error.code === 'input-invalid' && !/canary/.test(error.message),
    )
  }
})

test('a user of the ACL with a password, over TLS with an authority of ours', LIMITS, async (t) => {
  const { folder, ca } = certificates(t)
  const port = await freePort()
  const tls = ['--tls-port', String(port), '--tls-cert-file', join(folder, 'server.pem')]
  const keys = ['--tls-key-file', join(folder, 'server.key'), '--tls-ca-cert-file', join(folder, 'ca.pem')]
  const user = ['--user', 'flux', 'on', '>s3cret', '~flux-compare:*', '&*', '+@all']
  await startRedis(t, [...tls, ...keys, '--tls-auth-clients', 'no', ...user])
  const given = { tls: { ca, cert: null, key: null, serverName: null } }
  await works(t, redisAt(`rediss://flux:s3cret@localhost:${port}`, given))
  await refuses(t, redisAt(`rediss://flux:s3cret@localhost:${port}`))
  await refuses(t, redisAt(`rediss://flux:canary@localhost:${port}`, given))
})

test('a cluster', LIMITS, async (t) => {
  const server = await startRedis(t, ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'])
  await server.command('CLUSTER ADDSLOTSRANGE 0 16383')
  await until(async () => (await server.command('CLUSTER INFO')).includes('cluster_state:ok'))
  await works(t, redisAt(server.url, { mode: 'cluster' }))
})

test('a master that a sentinel names', LIMITS, async (t) => {
  const master = await startRedis(t)
  const sentinel = await startRedis(t, ['--sentinel'])
  assert.match(await sentinel.command(`SENTINEL MONITOR main 127.0.0.1 ${master.port} 1`), /OK/)
  await works(t, redisAt(sentinel.url, { mode: 'sentinel', master: 'main' }))
})

async function works(t: TestContext, redis: RedisTarget): Promise<void> {
  const queue = createBullQueue({ redis })
  t.after(() => queue.close())
  await until(() => queue.isReady())
  await queue.consume(LANE, 1, async () => undefined)
  await queue.enqueue(LANE, job('a'))
  await untilState(queue, 'a', 'done')
  await queue.handover.put('a', [Buffer.from('a'), Buffer.from('b')])
  assert.equal((await queue.handover.take('a'))?.length, 2)
  await queue.close()
}

async function refuses(t: TestContext, redis: RedisTarget): Promise<void> {
  const queue = createBullQueue({ redis })
  t.after(() => queue.close())
  await rejects(queue.enqueue(LANE, job('b')), 'queue-unavailable')
  await queue.close()
}

/** An authority and a certificate for localhost by it, made with openssl. */
function certificates(t: TestContext): { folder: string; ca: string } {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test authority')
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:localhost']
  openssl('req', '-x509', ...key, ...signed, '-keyout', 'server.key', '-out', 'server.pem', '-subj', '/CN=localhost')
  return { folder, ca: readFileSync(join(folder, 'ca.pem'), 'utf8') }
}
