import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Flags } from '../../src/cli/flags.ts'
import { run } from '../../src/cli/program.ts'
import { reportCommand } from '../../src/cli/report.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startReceiver, status, type Answering, type Receiver } from '../notify/receiver.ts'
import { captureStreams } from './capture-streams.ts'

/** Two clusters that differ in one value, whose folder has a configuration that compares them. It ends with `close`. */
export async function startReportFleet() {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-report-'))
  const simulator = await startSimulator({
    clusters: [
      { name: 'staging', folders: [], objects: [source(), release(2)] },
      { name: 'production', folders: [], objects: [source(), release(3)] },
    ],
  })
  writeFileSync(join(folder, 'kubeconfig'), simulator.kubeconfig, { mode: 0o600 })
  writeFileSync(join(folder, 'flux-compare.yaml'), CONFIG)
  return {
    production: simulator.clusters.get('production')!,
    stageOf: (t: TestContext, answer: Answering = status(200, {}, 'ok')) => stageIn(folder, t, answer),
    close: async () => {
      await simulator.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type ReportFleet = Awaited<ReturnType<typeof startReportFleet>>

function source(): object {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { interval: '5m', url: 'oci://registry.example.com/web', ref: { tag: '1.0.0' } },
  }
}

export function release(replicas: number, name = 'web'): object {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'shop' },
    spec: { interval: '5m', chartRef: { kind: 'OCIRepository', name: 'web' }, values: { replicas } },
  }
}

export const CONFIG = `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: staging, context: staging, kubeconfig: kubeconfig }
  - { name: production, context: production, kubeconfig: kubeconfig, labels: { env: production } }
comparisons:
  - name: prod-vs-staging
    baseline: staging
    targets: [production]
    notify: [team, { channel: hook, severity: critical }]
channels:
  - { name: team, slack: { urlFrom: { env: SLACK_WEBHOOK_URL } }, allowHttp: true, allowPrivate: true }
  - { name: hook, webhook: { urlFrom: { env: HOOK_URL } }, allowHttp: true, allowPrivate: true }
`

/** Who knows it can post: it must stand nowhere. */
export const SECRET_PATH = '/services/T0/B0/kanarienvogel'

export type Result = { readonly code: number; readonly out: string; readonly err: string }
export type Ask = (...args: string[]) => Promise<Result>

export type Stage = {
  /** Has `flux-compare.yaml`, its kubeconfig, and nothing else. */
  readonly folder: string
  /** Of the command. */
  readonly env: Readonly<Record<string, string>>
  readonly ask: Ask
  /** As `ask`, an hour later. */
  readonly askLater: (flags?: Flags) => Promise<Result>
  readonly chat: Receiver
  readonly history: string
}

/** A history of its own, and a chat that answers as it is told. */
async function stageIn(folder: string, t: TestContext, answer: Answering): Promise<Stage> {
  const own = mkdtempSync(join(folder, 'case-'))
  const config = join(folder, 'flux-compare.yaml')
  const chat = await startReceiver(t, answer, { tls: false })
  const history = join(own, 'history.db')
  const env = { HOME: own, SLACK_WEBHOOK_URL: `${chat.url}${SECRET_PATH}`, HOOK_URL: `${chat.url}/hook` }
  const ask: Ask = async (...args) => {
    const streams = captureStreams(env)
    const code = await run(['report', ...args, '--config', config, '--history', history], streams)
    return { code, out: streams.out(), err: streams.err() }
  }
  const askLater: Stage['askLater'] = async (flags = {}) => {
    const streams = captureStreams(env)
    const clock = { now: () => new Date(Date.now() + 3_600_000) }
    const code = await reportCommand('prod-vs-staging', { config, history, ...flags }, streams, clock)
    return { code, out: streams.out(), err: streams.err() }
  }
  return { folder, env, ask, askLater, chat, history }
}
