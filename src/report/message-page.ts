import type { ChannelTarget } from '../model/channel.ts'
import type { Json } from '../model/json.ts'
import { exactJson } from './exact-json.ts'
import { htmlPage } from './html-page.ts'
import { escapeHtml } from './markdown-text.ts'
import { MESSAGE_PAGE_STYLE } from './message-page-style.ts'
import { slackPreview } from './slack-preview.ts'
import { safeText } from './terminal.ts'

/** What a route got, or would get. */
export type ShownRoute = {
  /** Name of the channel. */
  readonly channel: string
  readonly kind: ChannelTarget<unknown>['kind']
  /** Whether and why a message goes, in our words. */
  readonly why: string
  readonly messages: readonly ShownMessage[]
}

/** As `driftMessage` makes it, or as a receiver got it. */
export type ShownMessage = {
  readonly payload: unknown
  readonly problems: readonly string[]
}

/**
 * One self-contained page without scripts: the messages of a report. Those of Slack are drawn from their exact payload, all payloads stand
 * below as they are sent.
 */
export function renderMessagePage(title: string, routes: readonly ShownRoute[]): string {
  const body = `<h1>${escapeHtml(title)}</h1>
<p class="label">Rendered by flux-compare from the exact message payload; Slack's own look differs.</p>
${routes.map(routeHtml).join('\n')}`
  return htmlPage({ title: `flux-compare: ${title}`, body, style: `\n${MESSAGE_PAGE_STYLE}` })
}

function routeHtml({ channel, kind, why, messages }: ShownRoute): string {
  return `<section>
<h2>${escapeHtml(channel)} <span class="kind">${kind}</span> <span class="why">${escapeHtml(why)}</span></h2>
${messages.map((message) => messageHtml(message, kind)).join('\n')}
</section>`
}

function messageHtml({ payload, problems }: ShownMessage, kind: ShownRoute['kind']): string {
  const refused = problems.map((problem) => `<p class="problem">${escapeHtml(problem)}</p>\n`).join('')
  const isDrawn = kind === 'slack' || kind === 'slack-bot'
  const drawn = isDrawn ? `${slackPreview(payload as Json)}\n` : ''
  return `${refused}${drawn}<details${isDrawn ? '' : ' open'}><summary>The exact payload</summary>
<pre>${payloadHtml(payload)}</pre></details>`
}

/** A comment is its text, everything else JSON. Line breaks stay. */
function payloadHtml(payload: unknown): string {
  const text = typeof payload === 'string' ? safeText(payload) : exactJson(payload)
  return text.split('\n').map(escapeHtml).join('\n')
}
