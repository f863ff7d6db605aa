import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { channelOf, connectThread, expose } from '../../src/app/threads/rpc.ts'
import { AppError } from '../../src/model/errors.ts'

type Sums = {
  readonly add: (a: number, b: number) => number
  readonly bytes: (size: number) => Uint8Array
  readonly refuse: () => never
  readonly fail: () => never
}

function linked(): {
  readonly remote: ReturnType<typeof connectThread<Sums>>
  readonly faults: string[]
  close: () => void
} {
  const { port1, port2 } = new MessageChannel()
  const faults: string[] = []
  const functions: Sums = {
    add: (a, b) => a + b,
    bytes: (size) => new Uint8Array(size).fill(7),
    refuse: () => {
      throw new AppError('snapshot-unknown', 'no snapshot of staging', { hint: 'take one' })
    },
    fail: () => {
      throw new TypeError('hunter2 is the password')
    },
  }
  expose(channelOf(port1), functions, (name) => faults.push(name))
  return { remote: connectThread<Sums>(channelOf(port2)), faults, close: () => port1.close() }
}

test('calls, bytes and errors go from thread to thread', async () => {
  const { remote, faults, close } = linked()
  const { functions } = remote
  assert.deepEqual(await Promise.all([functions.add(1, 2), functions.add(3, 4)]), [3, 7])
  assert.deepEqual([...(await functions.bytes(3))], [7, 7, 7])
  await assert.rejects(functions.refuse(), {
    code: 'snapshot-unknown',
    message: 'no snapshot of staging',
    hint: 'take one',
  })
  assert.deepEqual(faults, [])
  close()
})

test('the text of a foreign error stays in the thread where it happened', async () => {
  const { remote, faults, close } = linked()
  await assert.rejects(remote.functions.fail(), (error: AppError) => {
    assert.equal(error.code, 'internal')
    assert.doesNotMatch(JSON.stringify([error.toDocument(), error.stack]), /hunter2/)
    return true
  })
  assert.deepEqual(faults, ['fail'])
  close()
})

test('a function that is not exposed cannot be called, nor can those of the prototype', async () => {
  const { remote, close } = linked()
  const others = remote.functions as unknown as Record<string, () => Promise<unknown>>
  await assert.rejects(others['subtract']!(), { code: 'internal' })
  await assert.rejects(others['toString']!(), { code: 'internal' })
  close()
})

test('when the thread is gone, whoever waits and whoever comes later is told', async () => {
  const { remote, close } = linked()
  const waiting = remote.functions.add(1, 2)
  remote.fail(new AppError('interrupted', 'the thread has ended'))
  await assert.rejects(waiting, { code: 'interrupted' })
  await assert.rejects(remote.functions.add(1, 2), { code: 'interrupted' })
  close()
})
