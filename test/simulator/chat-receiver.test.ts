import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChatReceiver } from '../../src/simulator/chat-receiver.ts'

test('a chat takes every message, and remembers it as it came', async () => {
  const chat = await startChatReceiver()
  try {
    const body = '{"text":"≠ \\u202e"}'
    const answer = await fetch(chat.url, { method: 'POST', body })
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), 'ok')
    assert.deepEqual(chat.received(), [{ path: '/services/T000/B000/demo', body }])
  } finally {
    await chat.close()
  }
  await assert.rejects(fetch(chat.url, { method: 'POST' }))
})
