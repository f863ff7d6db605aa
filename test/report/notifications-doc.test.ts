import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { alertmanagerPayload, validateAlerts, type Alert } from '../../src/report/drift-report-alertmanager.ts'
import { discordPayload } from '../../src/report/drift-report-discord.ts'
import { renderDriftComment, validateComment } from '../../src/report/drift-report-markdown.ts'
import { slackPayload } from '../../src/report/drift-report-slack.ts'
import { teamsPayload } from '../../src/report/drift-report-teams.ts'
import { renderDriftText } from '../../src/report/drift-report-text.ts'
import { webhookPayload } from '../../src/report/drift-report-webhook.ts'
import { validateDiscordPayload } from '../../src/report/validate-discord.ts'
import { validateSlackPayload } from '../../src/report/validate-slack.ts'
import { validateTeamsPayload } from '../../src/report/validate-teams.ts'
import { everyday } from './sample-drift-report.ts'

const TEXT = readFileSync('docs/notifications.md', 'utf8')
const SMALL = { ...everyday(), fresh: everyday().fresh.slice(0, 1), resolved: [] }
const HOUR = 3_600_000

/** The first sample below a heading. */
function sampleOf(heading: string): unknown {
  const [, sample] = /```json\n([\s\S]*?)\n```/.exec(TEXT.slice(TEXT.indexOf(`\n## ${heading}\n`))) ?? []
  return JSON.parse(sample!)
}

test('the samples of docs/notifications.md are what is sent, and each service takes them', () => {
  assert.deepEqual(sampleOf('Slack'), slackPayload(everyday()))
  assert.deepEqual(validateSlackPayload(sampleOf('Slack')), [])
  assert.deepEqual(sampleOf('Microsoft Teams'), teamsPayload(SMALL))
  assert.deepEqual(validateTeamsPayload(sampleOf('Microsoft Teams')), [])
  assert.deepEqual(sampleOf('Discord'), discordPayload(everyday()))
  assert.deepEqual(validateDiscordPayload(sampleOf('Discord')), [])
  assert.deepEqual(sampleOf('Webhook'), webhookPayload(SMALL))
  assert.deepEqual(sampleOf('Alertmanager'), alertmanagerPayload(SMALL, 26 * HOUR))
  assert.deepEqual(validateAlerts(sampleOf('Alertmanager') as Alert[]), [])
})

test('its text and its comment are what is sent', () => {
  assert.ok(TEXT.includes(`\`\`\`text\n${renderDriftText(everyday())}\`\`\``))
  const comment = renderDriftComment(everyday())
  assert.ok(TEXT.includes(`\`\`\`\`markdown\n${comment}\`\`\`\``))
  assert.deepEqual(validateComment(comment), [])
})
