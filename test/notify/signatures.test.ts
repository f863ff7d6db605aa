import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { signatureHeaders } from '../../src/notify/signatures.ts'

// The example of the libraries of Standard Webhooks.
test('a signature of Standard Webhooks is the one that its libraries give', () => {
  const headers = signatureHeaders(
    { scheme: 'standard', keys: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', now: 1_614_265_330_999 },
  )
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('while a key is replaced the message is signed by both', () => {
  const { 'webhook-signature': signature } = signatureHeaders(
    { scheme: 'standard', keys: ['new', 'old'] },
    { id: 'a', body: 'b', now: 5_000 },
  )
  const by = (key: string) => `v1,${createHmac('sha256', key).update('a.5.b').digest('base64')}`
  assert.equal(signature, `${by('new')} ${by('old')}`)
})

test('X-Signature is that of generic-hmac of Flux: the HMAC of the body in hexadecimal digits', () => {
  // RFC 4231, test case 2.
  const headers = signatureHeaders(
    { scheme: 'flux-hmac', key: 'Jefe' },
    { id: 'x', body: 'what do ya want for nothing?', now: 0 },
  )
  assert.deepEqual(headers, {
    'x-signature': 'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  })
})
