import type { OpenAPIHono } from '@hono/zod-openapi'
import { AppError } from '../model/errors.ts'
import { readDocsAsset } from './docs-assets.ts'
import type { ApiEnv } from './context.ts'

/** Swagger UI sets style attributes only through the DOM, which this policy lets it do; its icons are data: images. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>flux-compare API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`

/** The validator badge would ask a server of Swagger's; null keeps everything here. */
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null })
`

const KEPT = 'public, max-age=3600'

/** The interactive documentation, all of it from our own files. */
export function mountDocsPage(app: OpenAPIHono<ApiEnv>, base: string): void {
  app.get(`${base}/docs`, (c) => {
    c.set('route', '/docs')
    return c.html(PAGE, 200, { 'Content-Security-Policy': POLICY })
  })
  app.get(`${base}/docs/start.js`, (c) =>
    c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': KEPT }),
  )
  app.get(`${base}/docs/:file`, async (c) => {
    const asset = await readDocsAsset(c.req.param('file'))
    c.set('route', '/docs/{file}')
    if (asset === null) throw new AppError('not-found', 'there is no such file')
    return c.body(asset.bytes, 200, { 'Content-Type': asset.type, 'Cache-Control': KEPT })
  })
}
