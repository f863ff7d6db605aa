import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '../../src/cli/program.ts'
import type { PlannedReport } from '../../src/cli/report-output.ts'
import { startService, type ServiceProcess } from '../e2e/service-process.ts'
import { captureStreams } from './capture-streams.ts'
import { startReportFleet, type ReportFleet, type Result, type Stage } from './report-rig.ts'

let fleet: ReportFleet

before(async () => {
  fleet = await startReportFleet()
})

after(() => fleet.close())

/** A service whose history has what the command line kept before. */
async function served({ env, folder, history }: Stage): Promise<ServiceProcess> {
  return startService({ env: { ...env, FLUX_COMPARE_HISTORY: history }, cwd: folder })
}

async function there({ url }: ServiceProcess, ...args: string[]): Promise<Result> {
  const streams = captureStreams({ HOME: '/nowhere' })
  const code = await run(['report', ...args, '--server', url], streams)
  return { code, out: streams.out(), err: streams.err() }
}

test('the newest report of a service, and its messages', async (t) => {
  const stage = await fleet.stageOf(t)
  const first = await stage.ask('prod-vs-staging')
  assert.equal(first.code, 0)
  const [report] = first.out.split('\nDELIVERY\n')
  const service = await served(stage)
  t.after(() => service.end('SIGTERM'))
  const shown = await there(service, 'prod-vs-staging')
  assert.deepEqual([shown.code, shown.out], [0, report])
  assert.match((await there(service, 'prod-vs-staging', '-o', 'markdown')).out, /^### production vs staging: 1 new\n/)
  assert.match((await there(service, 'prod-vs-staging', '-o', 'html')).out, /^<!doctype html>/)

  const plan = await there(service, 'prod-vs-staging', '--dry-run')
  assert.equal(plan.code, 0)
  assert.match(plan.out, /\nteam \(slack\) {2}message: something changed\n\{/)
  assert.match(
    plan.out,
    /\nhook \(webhook\) {2}message: nothing changed, so that only a route that wants every report gets it\n\{/,
  )
  const { routes } = JSON.parse(
    (await there(service, 'prod-vs-staging', '--dry-run', '--channel', 'team', '-o', 'json')).out,
  ) as PlannedReport
  // The same report makes the same message, wherever it is made.
  assert.deepEqual(
    routes.map(({ messages }) => messages.map(({ payload }) => payload)),
    [[JSON.parse(stage.chat.requests[0]!.body)]],
  )
  const page = await there(service, 'prod-vs-staging', '--dry-run', '-o', 'html', '--channel', 'team')
  assert.match(page.out, /Rendered by flux-compare from the exact message payload/)
  assert.equal(stage.chat.requests.length, 1)

  const unknown = await there(service, 'staging-vs-prod')
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /^error: the service has no report of staging-vs-prod\nhint: /)
  const refused = await there(service, 'prod-vs-staging', '--config', 'x.yaml')
  assert.match(refused.err, /--config has no meaning with --server/)
})
