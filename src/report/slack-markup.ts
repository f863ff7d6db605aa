import { isWebLink } from './drift-report-closing.ts'
import { escapeHtml } from './markdown-text.ts'

/** Code, `<...>`, and emphasis that begins and ends at a word, in the order in which Slack looks for them. */
const MARKUP =
  /```(?<block>[^]+?)```|`(?<code>[^`\n]+)`|<(?<angle>[^<>\n]+)>|(?<![\p{L}\p{N}])(?<sign>[*_~])(?=\S)(?<inner>(?:(?!\k<sign>)[^\n])*?\S)\k<sign>(?![\p{L}\p{N}])/gu

const TAGS: Readonly<Record<string, string>> = { '*': 'strong', _: 'em', '~': 's' }

/**
 * mrkdwn of Slack as HTML (docs.slack.dev, formatting message text): bold, italic, struck, code, links, and mentions as such, so that one
 * that slipped in is seen. Everything else is text.
 */
export function markupHtml(markup: string): string {
  let html = ''
  let end = 0
  for (const match of markup.matchAll(MARKUP)) {
    html += plainHtml(markup.slice(end, match.index)) + pieceHtml(match.groups ?? {})
    end = match.index + match[0].length
  }
  return html + plainHtml(markup.slice(end))
}

/** Text that Slack was given with its three escapes, as HTML. */
export function plainHtml(text: string): string {
  return unescaped(text).split('\n').map(escapeHtml).join('<br>')
}

function pieceHtml({
  block,
  code,
  angle,
  sign = '',
  inner = '',
}: Readonly<Record<string, string | undefined>>): string {
  if (block !== undefined) return `<code>${plainHtml(block)}</code>`
  if (code !== undefined) return `<code>${plainHtml(code)}</code>`
  if (angle !== undefined) return angleHtml(angle)
  const tag = TAGS[sign]
  return `<${tag}>${markupHtml(inner)}</${tag}>`
}

/** `<https://...|label>` is a link, `<!channel>`, `<@U1>` and `<#C1>` tell people. */
function angleHtml(angle: string): string {
  const [target = '', label = target] = angle.split('|', 2)
  const href = unescaped(target)
  if (isWebLink(href)) return `<a rel="noopener noreferrer" href="${escapeHtml(href)}">${plainHtml(label)}</a>`
  return `<span class="mention">${plainHtml(target)}</span>`
}

/** Once, from left to right: what was escaped twice stays an escape. */
function unescaped(text: string): string {
  return text.replaceAll(/&(amp|lt|gt);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>' })[name]!)
}
