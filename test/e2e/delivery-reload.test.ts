import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deliverySite, LIMIT_MS, messageIn, type Delivery } from './delivery-site.ts'
import { ask, poll } from './service-process.ts'

type Listed<T> = { readonly items: readonly T[] }
type Channel = { readonly name: string; readonly state: string; readonly reason: string | null }

test(
  'a channel that was refused gets its message once the configuration allows it',
  { timeout: 120_000 },
  async (t) => {
    const site = await deliverySite(t)
    const path = join(site.folder, 'config.yaml')
    const allowed = readFileSync(path, 'utf8')
    writeFileSync(path, allowed.replace('"allowPrivate":true', '"allowPrivate":false'))
    const service = await site.start()
    const name = site.drift()
    await site.run(service)
    const { items } = await poll<Listed<Channel>>(
      `${service.url}/api/v1/channels`,
      ({ items: [channel] }) => channel?.state === 'disabled',
      LIMIT_MS,
    )
    assert.deepEqual([items[0]?.name, items[0]?.reason], ['team', 'address-refused'])
    const again = await ask<Channel>(`${service.url}/api/v1/channels/team/enable`, { method: 'POST' })
    assert.equal(again.status, 200)
    // It is as it was: what was shelved is tried, and refused once more.
    const deliveries = `${service.url}/api/v1/deliveries`
    await poll<Listed<Delivery>>(deliveries, ({ items: [delivery] }) => delivery?.state === 'disabled', LIMIT_MS)
    assert.equal(site.received.length, 0)
    writeFileSync(path, allowed)
    process.kill(service.pid, 'SIGHUP')
    await poll<Listed<Delivery>>(deliveries, ({ items: [delivery] }) => delivery?.state === 'sent', LIMIT_MS)
    assert.deepEqual(
      site.received.map((request) => messageIn(request).fresh),
      [[name]],
    )
    assert.match(service.log(), /"msg":"a channel takes messages again"/)
  },
)
