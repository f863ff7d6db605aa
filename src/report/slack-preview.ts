import { digArray, digString, own, type Json } from '../model/json.ts'
import { escapeHtml } from './markdown-text.ts'
import { markupHtml, plainHtml } from './slack-markup.ts'

/** A payload of Block Kit as a message in a channel, below what a notification shows of it. HTML, to be put into a page. */
export function slackPreview(payload: Json): string {
  const blocks = digArray(payload, 'blocks').map(blockHtml)
  return `<p class="notification"><b>Notification</b> ${plainHtml(digString(payload, 'text') ?? '')}</p>
<div class="message">
<div class="avatar" aria-hidden="true">≠</div>
<div class="body">
<p class="sender"><strong>flux-compare</strong> <span class="app">APP</span></p>
${blocks.join('\n')}
</div>
</div>`
}

function blockHtml(block: Json): string {
  const type = digString(block, 'type') ?? 'none'
  switch (type) {
    case 'header':
      return `<h3>${textHtml(own(block, 'text'))}</h3>`
    case 'section':
      return `<p class="section">${textHtml(own(block, 'text'))}</p>`
    case 'context':
      return `<p class="context">${digArray(block, 'elements').map(textHtml).join(' ')}</p>`
    case 'divider':
      return '<hr>'
    default:
      return `<p class="context">(a block of type ${escapeHtml(type)}, which this page does not show)</p>`
  }
}

/** Plain text knows no markup and no escapes. */
function textHtml(object: Json | undefined): string {
  const text = digString(object, 'text') ?? ''
  return digString(object, 'type') === 'mrkdwn' ? markupHtml(text) : text.split('\n').map(escapeHtml).join('<br>')
}
