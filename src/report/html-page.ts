import { HTML_STYLE } from './html-style.ts'
import { escapeHtml } from './markdown-text.ts'

export type HtmlPage = {
  /** Text, escaped here. */
  readonly title: string
  /** HTML. */
  readonly body: string
  /** Beside the style that all pages have; the API lets nothing in but that one. */
  readonly style?: string
}

/** One self-contained page without scripts. */
export function htmlPage({ title, body, style = '' }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${HTML_STYLE}${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}
