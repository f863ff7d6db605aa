import type { MessageForm } from '../model/channel.ts'
import type { DriftReport } from '../model/drift-report.ts'
import { alertmanagerPayload, validateAlerts } from './drift-report-alertmanager.ts'
import { discordPayload } from './drift-report-discord.ts'
import { renderDriftComment, validateComment } from './drift-report-markdown.ts'
import { slackPayload } from './drift-report-slack.ts'
import { teamsPayload } from './drift-report-teams.ts'
import { webhookPayload } from './drift-report-webhook.ts'
import { validateDiscordPayload } from './validate-discord.ts'
import { validateSlackPayload } from './validate-slack.ts'
import { validateTeamsPayload } from './validate-teams.ts'

/** What a channel gets, and what its service would refuse of it: nothing, or it is a fault of ours. */
export type DriftMessage = {
  /** JSON; of a comment its Markdown, as text. */
  readonly payload: unknown
  readonly problems: readonly string[]
}

/** The report as the message of a channel, exactly as it is sent but for the address, the id and what names a place (channel, thread). */
export function driftMessage(form: MessageForm, report: DriftReport): DriftMessage {
  switch (form.kind) {
    case 'slack':
    case 'slack-bot':
      return checked(slackPayload(report), validateSlackPayload)
    case 'teams':
      return checked(teamsPayload(report), validateTeamsPayload)
    case 'discord':
      return checked(discordPayload(report), validateDiscordPayload)
    case 'webhook':
      return checked(webhookPayload(report), () => [])
    case 'alertmanager':
      return checked(alertmanagerPayload(report, form.validMs), validateAlerts)
    case 'github':
    case 'gitlab':
      return checked(renderDriftComment(report), validateComment)
  }
}

function checked<T>(payload: T, problemsOf: (payload: T) => readonly string[]): DriftMessage {
  return { payload, problems: problemsOf(payload) }
}
