import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyFor } from '../../src/clusters/proxy.ts'

const PROXY = 'http://proxy:3128'

test('proxy-url wins over the environment and over NO_PROXY', () => {
  assert.equal(proxyFor('https://x', 'socks5h://p:1080', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }), 'socks5://p:1080')
})

test('HTTPS_PROXY is for https, HTTP_PROXY for http; capitals win; a missing scheme is http', () => {
  assert.equal(proxyFor('https://x', null, {}), null)
  assert.equal(proxyFor('https://x', null, { HTTPS_PROXY: 'proxy:3128', https_proxy: 'other:1' }), PROXY)
  assert.equal(proxyFor('https://x', null, { https_proxy: PROXY }), PROXY)
  assert.equal(proxyFor('https://x', null, { HTTP_PROXY: PROXY }), null)
  assert.equal(proxyFor('http://x', null, { http_proxy: PROXY }), PROXY)
})

// Cases from the rules in the documentation of golang.org/x/net/http/httpproxy.
const EXEMPT: readonly (readonly [server: string, noProxy: string, exempt: boolean])[] = [
  ['https://localhost:6443', '', true],
  ['https://127.0.0.1:6443', '', true],
  ['https://[::1]:6443', '', true],
  ['https://10.1.2.3', '10.1.2.3', true],
  ['https://10.1.2.3', '10.0.0.0/8', true],
  ['https://11.1.2.3', '10.0.0.0/8', false],
  ['https://[fd00::7]', 'fd00::/8', true],
  ['https://api.example.com', 'example.com', true],
  ['https://example.com', 'example.com', true],
  ['https://example.com', '.example.com', false],
  ['https://api.example.com', '.example.com', true],
  ['https://api.example.com', '*.example.com', true],
  ['https://notexample.com', 'example.com', false],
  ['https://api.example.com:6443', 'example.com:6443', true],
  ['https://api.example.com:443', 'example.com:6443', false],
  ['https://api.example.com', 'a.b, , API.EXAMPLE.COM', true],
  ['https://anything', '*', true],
  ['https://10.1.2.3', '10.0.0.0/nonsense', false],
]

for (const [server, noProxy, exempt] of EXEMPT) {
  test(`NO_PROXY=${noProxy} ${exempt ? 'exempts' : 'does not exempt'} ${server}`, () => {
    assert.equal(proxyFor(server, null, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy }), exempt ? null : PROXY)
  })
}
