import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markupHtml, plainHtml } from '../../src/report/slack-markup.ts'

// Expected values by docs.slack.dev, formatting message text.
for (const [what, markup, html] of [
  ['bold, italic and struck', '*bold* _italic_ ~struck~', '<strong>bold</strong> <em>italic</em> <s>struck</s>'],
  ['emphasis in emphasis', '*bold _both_*', '<strong>bold <em>both</em></strong>'],
  ['signs inside of a word', 'a*b*c snake_case_name', 'a*b*c snake_case_name'],
  ['a sign beside a space', '2 * 3 * 4', '2 * 3 * 4'],
  ['emphasis over two lines', '*a\nb*', '*a<br>b*'],
  ['code with markup in it', '`*a* <b>`', '<code>*a* &lt;b&gt;</code>'],
  ['a block of code', '```a\n*b*```', '<code>a<br>*b*</code>'],
  ['one backtick', 'a ` b', 'a ` b'],
  ['the three escapes', '&lt;!channel&gt; &amp;amp;', '&lt;!channel&gt; &amp;amp;'],
  [
    'a link',
    '<https://a.example/x?y=1&amp;z=2|the *whole* comparison>',
    '<a rel="noopener noreferrer" href="https://a.example/x?y=1&amp;z=2">the *whole* comparison</a>',
  ],
  ['a link of another kind', '<javascript:alert(1)|click>', '<span class="mention">javascript:alert(1)</span>'],
  ['a mention', '<!channel> <@U1>', '<span class="mention">!channel</span> <span class="mention">@U1</span>'],
  ['HTML', '<b onclick="x">', '<span class="mention">b onclick=&quot;x&quot;</span>'],
  ['a quote in an address', '<https://a.example/"onclick="x|l>', /href="https:\/\/a\.example\/&quot;onclick=&quot;x"/],
  ['a sign that turns the direction', 'a\u202eb', 'a\\u{202e}b'],
] as const) {
  test(`mrkdwn as HTML: ${what}`, () => {
    if (typeof html === 'string') assert.equal(markupHtml(markup), html)
    else assert.match(markupHtml(markup), html)
  })
}

test('plain text of a notification is unescaped once', () => {
  assert.equal(plainHtml('&lt;!channel&gt; *a*\n&amp;lt;'), '&lt;!channel&gt; *a*<br>&amp;lt;')
})
