import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from '../../src/cli/program.ts'
import { captureStreams, type CapturedStreams } from './capture-streams.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-cli-'))
const kubeconfig = join(folder, 'config')

before(() => {
  const names = ['staging', 'production', 'arn:aws:eks:eu-west-1:1:cluster/prod']
  const contexts = names.map((name) => ({ name, context: { cluster: 'c', user: 'u' } }))
  const clusters = [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }]
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      contexts,
      clusters,
      users: [{ name: 'u', user: {} }],
      'current-context': 'staging',
    }),
  )
})

after(() => rmSync(folder, { recursive: true }))

type Result = { readonly code: number; readonly out: string; readonly err: string }

async function flux(...args: string[]): Promise<Result> {
  const streams: CapturedStreams = captureStreams({
    HOME: folder,
    KUBECONFIG: kubeconfig,
    XDG_STATE_HOME: join(folder, 'state'),
  })
  const code = await run(args, streams)
  return { code, out: streams.out(), err: streams.err() }
}

test('help goes to stdout, names every command and the exit codes', async () => {
  const { code, out, err } = await flux('--help')
  assert.equal(code, 0)
  assert.equal(err, '')
  for (const word of [
    'Usage: flux-compare BASELINE TARGET...',
    'clusters',
    'snapshot',
    'history',
    'show',
    'demo',
    'completion',
    'Exit codes: 0 in sync, 1 drifted, 2',
  ]) {
    assert.ok(out.includes(word), word)
  }
})

test('a wrong context name is told with the right ones, nearest first', async () => {
  const { code, out, err } = await flux('staging', 'prodution')
  assert.equal(code, 2)
  assert.equal(out, '')
  assert.equal(
    err,
    'error: there is no context prodution; there are: production, staging, arn:aws:eks:eu-west-1:1:cluster/prod\n' +
      'hint: List what the kubeconfig offers with: flux-compare clusters\n',
  )
})

test('bad input is one message and exit code 2', async () => {
  const cases: [string[], RegExp][] = [
    [['staging'], /^error: a comparison needs two sides, one was given\nhint: /],
    [['staging', 'staging'], /^error: staging is given twice\nhint: /],
    [['staging', 'production', '--nonsense'], /^error: unknown option '--nonsense'/],
    [['staging', 'production', '-o', 'xml'], /^error: .*xml.* is invalid. Allowed choices are table, wide/],
    [
      ['staging', 'production', '--layer', 'colour'],
      /^error: --layer colour is not known\nhint: Known: presence, spec/,
    ],
    [['staging', 'production', '--kind', 'Pod'], /^error: Pod is not a Flux kind\nhint: Known: /],
    [['staging', 'production', '--timeout', 'soon'], /^error: .*soon.* is invalid. Write a duration/],
    [
      ['staging', 'production', '--resource', 'shop'],
      /^error: --resource shop is not of the form Kind\/namespace\/name/,
    ],
    [['staging', 'production', '-n', 'a', '-A'], /^error: --namespace and --all-namespaces contradict/],
    [['staging', 'production', '--ignore', '/spec/patches/0'], /^error: /],
    [['file:/nonexistent.yaml', 'staging'], /^error: .*\/nonexistent\.yaml/],
    [['staging@previous', 'production'], /^error: no snapshot of staging is kept\nhint: Take one with/],
    [['show', 'run_none'], /^error: nothing that is kept has the id run_none/],
    [['completion', 'tcsh'], /^error: there is no completion for the shell "tcsh"/],
    [['history', '--limit', '0'], /^error: --limit takes a whole number/],
  ]
  for (const [args, message] of cases) {
    const { code, out, err } = await flux(...args)
    assert.equal(code, 2, args.join(' '))
    assert.equal(out, '', args.join(' '))
    assert.match(err, message)
  }
})

test('a broken kubeconfig is named with its line', async () => {
  const broken = join(folder, 'broken')
  writeFileSync(broken, 'apiVersion: v1\nkind: Config\ncontexts: [\n')
  const { code, err } = await flux('a', 'b', '--kubeconfig', broken)
  assert.equal(code, 2)
  assert.match(err, /^error: .*broken.*line \d/)
})

test('clusters lists the contexts', async () => {
  const { code, out } = await flux('clusters')
  assert.equal(code, 0)
  assert.equal(
    out,
    `NAME                                   SERVER                USER   CURRENT
staging                                https://127.0.0.1:1   u      *
production                             https://127.0.0.1:1   u
arn:aws:eks:eu-west-1:1:cluster/prod   https://127.0.0.1:1   u
`,
  )
  assert.deepEqual((await flux('clusters', '-o', 'name')).out.split('\n')[1], 'production')
})

test('completion speaks the protocol of Cobra', async () => {
  assert.equal((await flux('__complete', 'prod')).out, 'production\n:4\n')
  assert.equal((await flux('__complete', 'staging', 'st')).out, ':4\n')
  assert.equal((await flux('__complete', 'staging', 'production', '-o', 'j')).out, 'json\njunit\n:4\n')
  assert.match((await flux('__complete', 'compare', '--kube')).out, /^--kubeconfig\tKubeconfig file/)
  assert.equal((await flux('__complete', 'completion', 'z')).out, 'zsh\n:4\n')
  assert.equal((await flux('__complete', 'file:./x')).out, ':0\n')
  assert.equal((await flux('__complete', 'config', 'c')).out, 'check\n:4\n')
  assert.equal((await flux('__complete', 'config', 'check', '')).out, ':0\n')
  assert.match((await flux('__complete', 'rules', '')).out, /^check\t.*\nadd\t.*\n:4\n$/)
  assert.equal((await flux('__complete', 'rules', 'check', 'staging', 'prod')).out, 'production\n:4\n')
  assert.match((await flux('__complete', 'rules', 'add', '--re')).out, /^--reason\t/)
  assert.equal((await flux('__complete', 'rules', 'add', '--rules', '')).out, ':0\n')
  assert.equal((await flux('__complete', 'staging', '--config', '')).out, ':0\n')
  assert.equal((await flux('__complete', 'staging', '--ignore', '')).out, ':4\n')
  assert.equal((await flux('__complete', 'rbac', '--context', 'prod')).out, 'production\n:4\n')
  assert.equal((await flux('__complete', 'restore', '')).out, ':0\n')
  assert.match((await flux('__complete', 'drift', 's')).out, /^show\t/)
})

test('version as text and data', async () => {
  assert.match((await flux('version')).out, /^flux-compare: v\d+\.\d+\.\d+\n$/)
  assert.match((JSON.parse((await flux('version', '-o', 'json')).out) as { version: string }).version, /^\d/)
})

test('history of an empty file says how to begin', async () => {
  assert.match((await flux('history')).out, /^Nothing is kept yet\./)
  assert.match((await flux('history', 'edge')).out, /^Nothing is kept of edge\. .*: flux-compare snapshot edge\n$/)
})

test('nothing asked for is help, and no exit code of a comparison without differences', async () => {
  const { code, out, err } = await flux()
  assert.equal(code, 2)
  assert.equal(out, '')
  assert.match(err, /^Usage: flux-compare BASELINE TARGET/)
})

for (const page of ['docs/notifications.md', 'docs/schedules.md', 'docs/drift.md']) {
  test(`every command line of ${page} is understood`, async () => {
    const lines = readFileSync(page, 'utf8').split('\n')
    const commands = lines.flatMap((line) => /^(?:\$ )?flux-compare (?!serve)(.+?)(?: +#.*)?$/.exec(line)?.[1] ?? [])
    assert.ok(commands.length >= 4)
    for (const command of commands) {
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
      const { err } = await flux(...words.map((word) => word.replace(/^(?:URL|https:.*)$/, 'http://127.0.0.1:1')))
      assert.doesNotMatch(err, /unknown|missing|too many|invalid|Usage:/, command)
    }
  })
}

test('every command line of the README is understood', async () => {
  const lines = readFileSync('README.md', 'utf8').split('\n')
  const commands = lines.flatMap(
    (line) => /^(?:\$ npm run -s flux-compare -- |flux-compare )(.+?)(?: +#.*| > \S+)?$/.exec(line)?.[1] ?? [],
  )
  assert.ok(commands.length >= 10)
  for (const command of commands) {
    const { code, err } = await flux(
      ...command.split(' ').map((word) => word.replace(/^'|'$/g, '')),
      '--kubeconfig',
      '/nonexistent/config',
    )
    assert.equal(code, 2, command)
    assert.match(
      err,
      /^error: (?:.*kubeconfig|no |there is no|the rules |the configuration |.*nonexistent|.*rendered)/,
      command,
    )
  }
})
