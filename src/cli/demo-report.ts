import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { renderMessagePage } from '../report/message-page.ts'
import { validateSlackPayload } from '../report/validate-slack.ts'
import { startChatReceiver, type ChatReceiver } from '../simulator/chat-receiver.ts'
import { demoConfig, demoFleet, type DemoDay } from '../simulator/demo-fleet.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { text, type Flags } from './flags.ts'
import { reportCommand } from './report.ts'
import type { Output, Streams } from './streams.ts'
import { temporaryFolder } from './temporary-folder.ts'

const NAME = 'fleet-vs-staging'
const DAY_MS = 24 * 3_600_000
const AGO: Readonly<Record<DemoDay, number>> = { before: 2 * DAY_MS, yesterday: DAY_MS, today: 0 }

/** Since today, what takes money counts for more: its drift has worsened. */
const RULE_OF_TODAY = `  - id: payments-count
    target: { namespace: payments }
    action: rate
    severity: critical
    reason: what takes money is critical
    owner: team-payments
`
const SECTIONS = `comparisons:
  - name: ${NAME}
    baseline: staging
    targets: [production, edge]
    schedule: { cron: "0 8 * * 1-5", timeZone: Europe/Berlin }
    notify: [team]
channels:
  - name: team
    slack: { urlFrom: { env: SLACK_WEBHOOK_URL } }
    allowHttp: true      # the chat of the demo is on this machine
    allowPrivate: true
`

/**
 * `demo --report`: the reports of three days of the fleet, told to a chat on loopback over HTTP, today's message as a page, and today's
 * report once more, which has nothing to tell.
 */
export async function demoReport(flags: Flags, streams: Streams): Promise<number> {
  const folder = await temporaryFolder('flux-compare-demo-')
  const chat = await startChatReceiver()
  const say = streams.stdout.write
  try {
    const stage = { folder, chat, streams }
    await say(`$ flux-compare report ${NAME}      # ${PLACE}\n\n`)
    await onDay('before', stage, async (report) => say(`two days ago  ${headlineOf(await report())}\n`))
    await onDay('yesterday', stage, async (report) => say(`yesterday     ${headlineOf(await report())}\n`))
    await onDay('today', stage, async (report) => {
      await say(`\ntoday\n\n${await report()}`)
      const page = await writePage(text(flags, 'out'), chat)
      await say(`\nThe message, drawn from the exact payload that the chat got: ${page}\n`)
      const told = chat.received().length
      await say(`\n$ flux-compare report ${NAME}      # once more, at once\n\n${await report()}`)
      await say(`\n${closing(told, chat.received().length)}\n`)
    })
    return 0
  } finally {
    await chat.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const PLACE = 'three simulated clusters on this machine, and a chat that takes what is posted to it'

function closing(before: number, after: number): string {
  const last = after === before ? 'the last report was silent' : `the last report sent ${after - before}`
  return `The chat got ${before} messages, one for each day; ${last}.`
}

type Stage = { readonly folder: string; readonly chat: ChatReceiver; readonly streams: Streams }

/** Runs `work` while the fleet is as it was on that day; what it is given runs `report` and gives what that prints. */
async function onDay(day: DemoDay, stage: Stage, work: (report: () => Promise<string>) => Promise<void>) {
  const { folder } = stage
  const simulator = await startSimulator({ clusters: demoFleet(day) })
  try {
    await writeFile(join(folder, 'kubeconfig'), simulator.kubeconfig, { mode: 0o600 })
    const rules = await readFile(demoConfig(), 'utf8')
    await writeFile(configIn(folder), `${rules}${day === 'today' ? RULE_OF_TODAY : ''}${SECTIONS}`)
    await work(() => reportOf(day, stage))
  } finally {
    await simulator.close()
  }
}

function configIn(folder: string): string {
  return join(folder, 'flux-compare.yaml')
}

async function reportOf(day: DemoDay, { folder, chat, streams }: Stage): Promise<string> {
  const printed: string[] = []
  const stdout: Output = { ...streams.stdout, isTTY: false, write: async (part) => void printed.push(part) }
  const env = { ...streams.env, SLACK_WEBHOOK_URL: chat.url }
  const clock = { now: () => new Date(Date.now() - AGO[day]) }
  const flags = { config: configIn(folder), history: join(folder, 'history.db'), quiet: true }
  await reportCommand(NAME, flags, { ...streams, stdout, env }, clock)
  return printed.join('')
}

function headlineOf(report: string): string {
  return report.slice(0, report.indexOf('\n'))
}

/** Where nothing is named, in a folder of its own among the temporary files. */
async function writePage(out: string | null, chat: ChatReceiver): Promise<string> {
  const path = out ?? join(await temporaryFolder('flux-compare-report-'), 'report.html')
  const payload = JSON.parse(chat.received().at(-1)?.body ?? 'null') as Json
  const message = { payload, problems: validateSlackPayload(payload) }
  const route = { channel: 'team', kind: 'slack', why: 'message: something changed', messages: [message] } as const
  try {
    await writeFile(path, renderMessagePage(NAME, [route]))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('output-failed', `the message cannot be drawn into ${path} (${code})`, { cause: error })
  }
  return path
}
