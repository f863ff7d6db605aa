import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChannelTarget } from '../../src/model/channel.ts'
import { driftMessage } from '../../src/report/drift-report-message.ts'
import { exactJson } from '../../src/report/exact-json.ts'
import { renderMessagePage, type ShownRoute } from '../../src/report/message-page.ts'
import { everyday, HOSTILE_NAMES, reportOf } from './sample-drift-report.ts'

const SLACK: ChannelTarget<null> = { kind: 'slack', url: null }
const GITHUB: ChannelTarget<null> = { kind: 'github', token: null, apiUrl: '', repository: 'o/r', pullRequest: 1 }

function shown(target: ChannelTarget<null>, report = everyday()): ShownRoute {
  return {
    channel: 'team',
    kind: target.kind,
    why: 'sent: something changed',
    messages: [driftMessage(target, report)],
  }
}

test('a Slack message is drawn from its payload, and labelled as our drawing', () => {
  const page = renderMessagePage('prod-vs-staging', [shown(SLACK)])
  assert.match(page, /Rendered by flux-compare from the exact message payload; Slack's own look differs\./)
  assert.match(page, /<b>Notification<\/b> \[medium\] production vs staging: 3 new, 1 resolved/)
  assert.match(page, /<h3>production vs staging: 3 new, 1 resolved, 12 ongoing \(2 high\)/)
  assert.match(
    page,
    /<strong>New \(3\)<\/strong><br>• <strong>medium<\/strong> <code>HelmRelease\/apps\/podinfo<\/code>/,
  )
  assert.match(page, /<strong>Ongoing:<\/strong> 12 ongoing: 2 high, 7 medium, 3 low/)
  assert.match(page, /href="https:\/\/flux-compare\.example\.com\/[^"]*">the whole comparison<\/a>/)
})

test('the exact payload stands below, whatever the channel', () => {
  for (const target of [SLACK, GITHUB]) {
    const route = shown(target)
    const [pre] = /(?<=<pre>)[^]*(?=<\/pre>)/.exec(renderMessagePage('x', [route])) ?? []
    const unescaped = pre!
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
    const { payload } = route.messages[0]!
    assert.deepEqual(typeof payload === 'string' ? unescaped : JSON.parse(unescaped), payload)
  }
})

test('a route without a message says why, and a problem is told', () => {
  const silent: ShownRoute = { channel: 'quiet', kind: 'teams', why: 'silent: nothing changed', messages: [] }
  const refused = { ...shown(SLACK), messages: [{ payload: { blocks: [] }, problems: ['blocks: must be 1 to 50'] }] }
  const page = renderMessagePage('x', [silent, refused])
  assert.match(page, /<span class="why">silent: nothing changed<\/span><\/h2>\n\n<\/section>/)
  assert.match(page, /<p class="problem">blocks: must be 1 to 50<\/p>/)
})

test('blocks that we do not send are shown where that is easy, else named', () => {
  const payload = { text: 'x', blocks: [{ type: 'divider' }, { type: '<video>' }, 'nonsense', {}] }
  const page = renderMessagePage('x', [{ ...shown(SLACK), messages: [{ payload, problems: [] }] }])
  assert.match(page, /<hr>\n<p class="context">\(a block of type &lt;video&gt;, which this page does not show\)<\/p>/)
})

const TAG =
  /<(?:!doctype html|html lang="en"|meta [^<>]*|(?:a rel="noopener noreferrer" href="https:\/\/flux-compare\.example\.com\/[^"<>]*")|(?:p|span|div) class="[a-z]+"(?: aria-hidden="true")?|details(?: open)?|hr|br|(?:\/?(?:html|head|title|style|body|main|h1|h2|h3|p|b|strong|em|s|code|span|div|section|summary|pre|a|details)))>/g

test('nothing that a name holds becomes HTML, a link, a mention or invisible', () => {
  for (const target of [SLACK, GITHUB]) {
    const hostile = { ...shown(target, reportOf(30, HOSTILE_NAMES)), channel: '<img src=x>', why: '"><script>' }
    const page = renderMessagePage('</title><script>', [hostile])
    const rest = page.replace(/<style>[^]*<\/style>/, '').replaceAll(TAG, '')
    assert.doesNotMatch(rest, /[<>]/)
    assert.doesNotMatch(page, /class="mention"/)
    assert.doesNotMatch(page, /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u)
  }
})

test('JSON for people is the same value, with what is invisible as escapes', () => {
  const value = { 'a\u202e': ['\u{e0041}', '\u2028', 'line\nbreak', '\ud800', 'ü≠'] }
  const text = exactJson(value)
  assert.deepEqual(JSON.parse(text), value)
  assert.match(text, /"a\\u202e"/)
  assert.match(text, /\\udb40\\udc41/)
  assert.doesNotMatch(text, /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
})
