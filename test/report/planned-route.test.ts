import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planWords, renderPlannedRoutes, type PlannedRoute } from '../../src/report/planned-route.ts'

for (const [plan, words] of [
  [{ do: 'send', why: 'change', until: null }, 'message: something changed'],
  [{ do: 'send', why: 'always', until: null }, 'message: it wants every report'],
  [{ do: 'send', why: 'reminder', until: null }, 'message: what is still open is told again'],
  [
    { do: 'postpone', why: 'quiet-hours', until: '2026-11-23T06:00:00.000Z' },
    'message waits until 2026-11-23T06:00:00.000Z: quiet hours',
  ],
  [
    { do: 'postpone', why: 'grouping', until: '2026-11-21T09:00:00.000Z' },
    'message waits until 2026-11-21T09:00:00.000Z: a message went a short while ago',
  ],
  [{ do: 'silent', why: 'no-change', until: null }, 'no message: nothing changed'],
] as const) {
  test(`a plan in words: ${plan.do}, ${plan.why}`, () => assert.equal(planWords(plan), words))
}

const ROUTE: PlannedRoute = {
  route: 'team#2',
  channel: 'team',
  kind: 'slack',
  do: 'send',
  why: 'change',
  until: null,
  messages: [],
}

test('each message is printed whole, comments as their text, with its part and problems', () => {
  const messages = [
    { part: 'production', payload: { text: 'a' }, problems: ['blocks: must be 1 to 50'] },
    { part: '', payload: '### comment\u202e\n', problems: [] },
  ]
  assert.equal(
    renderPlannedRoutes([
      { ...ROUTE, messages },
      { ...ROUTE, do: 'silent', why: 'no-change' },
    ]),
    `
team#2 (slack)  message: something changed
part production:
{
  "text": "a"
}
problem: blocks: must be 1 to 50
### comment\\u{202e}


team#2 (slack)  no message: nothing changed`,
  )
})
