import { BlockList, isIP } from 'node:net'
import type { Environment } from './kubeconfig-file.ts'

/**
 * The proxy for a server: `proxy-url` of the cluster, else HTTPS_PROXY or HTTP_PROXY unless NO_PROXY exempts the host.
 * Source of the rules: Go's golang.org/x/net/http/httpproxy, which kubectl uses. Null: connect directly.
 */
export function proxyFor(server: string, configured: string | null, env: Environment): string | null {
  if (configured) return normalized(configured)
  const url = new URL(server)
  const proxy =
    url.protocol === 'https:'
      ? env['HTTPS_PROXY'] || env['https_proxy']
      : env['HTTP_PROXY'] || (env['REQUEST_METHOD'] ? '' : env['http_proxy'])
  if (!proxy || isExempt(url, env['NO_PROXY'] || env['no_proxy'] || '')) return null
  return normalized(proxy)
}

function normalized(proxy: string): string {
  return (proxy.includes('://') ? proxy : `http://${proxy}`).replace(/^socks5h:/, 'socks5:')
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (host === 'localhost' || isLoopback(host)) return true
  return noProxy
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .some((part) => part !== '' && exempts(part, host, port))
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1'
}

function exempts(pattern: string, host: string, port: string): boolean {
  if (pattern === '*') return true
  if (pattern.includes('/')) return inRange(pattern, host)
  const { name, port: wanted } = splitPort(pattern)
  if (wanted !== null && wanted !== port) return false
  if (isIP(name) > 0) return host === name
  const suffix = name.startsWith('*.') ? name.slice(1) : name
  if (suffix.startsWith('.')) return host.endsWith(suffix)
  return host === suffix || host.endsWith(`.${suffix}`)
}

function splitPort(pattern: string): { name: string; port: string | null } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(pattern)
  if (bracketed) return { name: bracketed[1]!, port: bracketed[2] ?? null }
  if (isIP(pattern) === 6) return { name: pattern, port: null }
  const colon = pattern.lastIndexOf(':')
  return colon < 0 ? { name: pattern, port: null } : { name: pattern.slice(0, colon), port: pattern.slice(colon + 1) }
}

function inRange(pattern: string, host: string): boolean {
  const [base, bits] = pattern.split('/')
  const family = isIP(base!)
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits!)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const range = new BlockList()
  range.addSubnet(base!, Number(bits), type)
  return range.check(host, type)
}
