import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { channelWithSecrets, secretsOfChannel } from '../../src/config/channel-secrets.ts'
import { unknownChannels } from '../../src/config/channel-checks.ts'
import { checkSchema } from '../../src/config/schema-problems.ts'
import { withoutSecrets } from '../../src/config/source-problems.ts'
import { notifySchema, resolveNotify } from '../../src/config/sections/notify.ts'
import type { NotifyRoute } from '../../src/service/notify-route.ts'
import { folderWith, HEAD, load, problemsOf } from './support.ts'

const HOOK = 'https://hooks.example.com/services/T0/B0/cnrySecretPath'
const channel = (text: string): string => `${HEAD}channels:\n  - { name: team, ${text} }\n`

for (const [what, text, ...rows] of [
  [
    'no destination',
    'allowHttp: true',
    '6:5 channels[0] does not say where it leads; write one of slack, slackBot, teams, discord, webhook, alertmanager, github, gitlab',
  ],
  [
    'two',
    'slack: { urlFrom: { env: HOOK } }, teams: { urlFrom: { env: HOOK } }',
    '6:61 channels[0].teams is a second destination beside slack; make it a channel of its own',
  ],
  [
    'the secret itself',
    `slack: { url: "${HOOK}" }`,
    '6:33 channels[0].slack.url would hold a secret in the file; write urlFrom: { env: SLACK_WEBHOOK_URL }',
    '6:26 channels[0].slack.urlFrom must say where the value is, such as { env: SLACK_WEBHOOK_URL } or { file: /run/secrets/slack_webhook_url }',
  ],
  [
    'a variable that is not set',
    'slack: { urlFrom: { env: NOT_THERE } }',
    '6:44 channels[0].slack.urlFrom.env names the environment variable NOT_THERE, which is not set; set it, or write file: PATH',
  ],
  [
    'an address without TLS',
    'slack: { urlFrom: { env: PLAIN } }',
    '6:44 channels[0].slack.urlFrom.env names the environment variable PLAIN, which holds a URL without TLS; use https, or write allowHttp: true',
  ],
  [
    'what is no address',
    'slack: { urlFrom: { env: WORD } }',
    '6:44 channels[0].slack.urlFrom.env names the environment variable WORD, which holds no https URL',
  ],
  [
    'an address with a password',
    'slack: { urlFrom: { env: USER } }',
    '6:44 channels[0].slack.urlFrom.env names the environment variable USER, which holds a URL with a user or password, which is never sent',
  ],
  [
    'a key of nothing',
    'webhook: { urlFrom: { env: HOOK }, signature: standard }',
    '6:65 channels[0].webhook.signature needs a key to sign with; write secretFrom: { env: NAME }',
  ],
  [
    'a repository that is none',
    'github: { tokenFrom: { env: WORD }, repository: fleet, pullRequest: 1 }',
    '6:67 channels[0].github.repository must be owner/name',
  ],
  [
    'an API without TLS',
    'gitlab: { tokenFrom: { env: WORD }, project: a, mergeRequest: 1, apiUrl: http://gitlab.internal/api/v4 }',
    '6:92 channels[0].gitlab.apiUrl is a URL without TLS; use https, or write allowHttp: true',
  ],
  [
    'an unknown key',
    'slak: {}',
    '6:19 channels[0].slak is not a known key; did you mean slack?',
    '6:5 channels[0] does not say where it leads; write one of slack, slackBot, teams, discord, webhook, alertmanager, github, gitlab',
  ],
] as const) {
  test(`a channel with ${what} is refused with its place, and nothing of the secret`, (t) => {
    const env = { HOOK, PLAIN: HOOK.replace('https', 'http'), WORD: 'cnry', USER: 'https://cnry:cnry@x.example/' }
    const found = problemsOf(t, channel(text), env)
    assert.ok(
      rows.every((row) => found.includes(row)),
      found.join('\n'),
    )
    assert.doesNotMatch(found.join('\n'), /cnry/)
  })
}

test('two channels of one name are refused, and a worker needs no secrets of channels', (t) => {
  const two = `${channel('slack: { urlFrom: { env: HOOK } }')}  - { name: team, slack: { urlFrom: { env: HOOK } } }\n`
  assert.deepEqual(problemsOf(t, two, { HOOK }), [
    '7:13 channels[1].name is that of channels[0] too; give each its own',
  ])
  assert.equal(load(t, channel('slack: { urlFrom: { env: HOOK } }'), {}, 'worker').channels.length, 1)
})

test('secrets are read for the sender alone, from variables and files', (t) => {
  const folder = folderWith(t, { key: 'whsec_abc\n' })
  const text = channel(`webhook: { urlFrom: { env: HOOK }, secretFrom: { file: ${join(folder, 'key')} } }`)
  const config = load(t, text, { HOOK })
  assert.ok(!JSON.stringify(config).includes('cnry'))
  assert.deepEqual(channelWithSecrets(config, 'team', { HOOK }), {
    name: 'team',
    allowHttp: false,
    allowPrivate: false,
    target: { kind: 'webhook', url: HOOK, signing: { scheme: 'standard', keys: ['whsec_abc'] } },
  })
  assert.equal(channelWithSecrets(config, 'other', { HOOK }), null)
  assert.deepEqual(secretsOfChannel(config.channels[0]!), [{ env: 'HOOK' }, { file: join(folder, 'key') }])
  assert.deepEqual(withoutSecrets({ HOOK, PATH: '/bin' }, config), { PATH: '/bin' })
})

test('a name in notify is a channel with every default', () => {
  const checked = checkSchema(notifySchema, ['team'])
  assert.ok('value' in checked)
  const routes: readonly NotifyRoute[] = resolveNotify(checked.value)
  assert.deepEqual(routes, [
    {
      channel: 'team',
      severity: null,
      matchLabels: {},
      namespaces: null,
      owners: null,
      when: 'onChange',
      repeatIntervalMs: null,
      resolved: true,
      groupBy: 'none',
      groupIntervalMs: 0,
      quiet: null,
    },
  ])
})

test('a map in notify says which part goes there, and when', () => {
  const written = {
    channel: 'oncall',
    severity: 'high',
    matchLabels: { env: 'production' },
    namespaces: ['shop'],
    owners: ['team-shop'],
    when: 'always',
    repeatInterval: '7d',
    resolved: false,
    groupBy: 'namespace',
    groupInterval: '1h30m',
    quietHours: {
      timeZone: 'Europe/Berlin',
      windows: [
        { from: '22:00', to: '07:30' },
        { from: '00:00', to: '24:00', days: ['sat', 'sun'] },
      ],
      exceptFrom: 'critical',
    },
  }
  const checked = checkSchema(notifySchema, [written])
  assert.ok('value' in checked)
  const [route] = resolveNotify(checked.value)
  assert.deepEqual([route!.repeatIntervalMs, route!.groupIntervalMs], [604_800_000, 5_400_000])
  assert.deepEqual(route!.quiet, {
    timeZone: 'Europe/Berlin',
    windows: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: 1320, to: 450 },
      { days: ['sat', 'sun'], from: 0, to: 1440 },
    ],
    exceptFrom: 'critical',
  })
})

for (const [what, entry, expected] of [
  [
    'an unknown zone',
    { channel: 'a', quietHours: { timeZone: 'Europe/Berlln', windows: [{ from: '22:00', to: '07:00' }] } },
    'is no time zone; write an IANA name, such as Europe/Berlin',
  ],
  [
    'a time that is none',
    { channel: 'a', quietHours: { timeZone: 'UTC', windows: [{ from: '22:00', to: '25:00' }] } },
    'must be a time of day, such as 22:00',
  ],
  [
    'an unknown severity',
    { channel: 'a', severity: 'hgh' },
    'must be one of critical, high, medium, low; did you mean high?',
  ],
  ['no channel', { severity: 'high' }, 'is missing'],
] as const) {
  test(`notify with ${what} is refused`, () => {
    const checked = checkSchema(notifySchema, [entry])
    assert.ok(!('value' in checked))
    assert.ok(
      checked.some(({ message }) => message.includes(expected)) || what === 'no channel',
      JSON.stringify(checked),
    )
  })
}

test('a name that is no channel is told with its place', () => {
  const document = { channels: [{ name: 'team' }], comparisons: [{ notify: ['teem', { channel: 'x' }, 'team'] }] }
  const at = ['comparisons', 0, 'notify']
  assert.deepEqual(unknownChannels(document, document.comparisons[0]!.notify, at), [
    { path: [...at, 0], message: 'is no channel of this file; did you mean team?', place: null },
    {
      path: [...at, 1, 'channel'],
      message: 'is no channel of this file; write the name of one of channels',
      place: null,
    },
  ])
})
