import { createHash } from 'node:crypto'
import { HTML_STYLE } from '../report/html-style.ts'
import type { Rendered } from '../service/service.ts'
import type { ApiContext } from './context.ts'

/**
 * A document that never changes, with its ETag: 304 where the caller has it already. It must be asked for again each time, because what a
 * caller may see can change. `type` is its content type.
 */
export function renderedResponse(c: ApiContext, { body, etag }: Rendered, type: string): Response {
  const tag = /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`
  const headers = { ETag: tag, 'Cache-Control': 'private, no-cache', Vary: 'Accept, Authorization' }
  if (isKnown(c.req.header('if-none-match'), tag)) return c.body(null, 304, headers)
  const policy: Record<string, string> = type.startsWith('text/html')
    ? { 'Content-Security-Policy': reportPolicy() }
    : {}
  const content = body as string | Uint8Array<ArrayBuffer>
  return c.body(content, 200, { ...headers, ...policy, 'Content-Type': type })
}

/** RFC 9110 13.1.2: any of the tags, compared weakly. */
function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.match(/"[^"]*"/g)?.includes(tag.replace(/^W\//, '')) ?? false
}

/** The report has one inline style sheet, ours, and nothing else. */
function reportPolicy(): string {
  const hash = createHash('sha256').update(HTML_STYLE).digest('base64')
  return `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`
}
