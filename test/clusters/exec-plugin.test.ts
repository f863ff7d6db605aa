import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createCredentials, type Credentials } from '../../src/clusters/credentials.ts'
import { loadContexts } from '../../src/clusters/kubeconfig.ts'
import { AppError } from '../../src/model/errors.ts'
import { folderOf, hasCode } from './support.ts'

const V1 = 'client.authentication.k8s.io/v1'
const CANARY = 'CANARY-3f9a'

type Plugin = {
  readonly script: string
  readonly exec?: string
  readonly cluster?: string
  readonly timeoutMs?: number
}
type Started = {
  readonly credentials: Credentials
  readonly folder: string
  readonly controller: AbortController
  now: number
}

/** The credentials of a context `prod` whose plugin is this shell script; FOLDER is its folder. */
function withPlugin(t: TestContext, { script, exec = '', cluster = '', timeoutMs = 10_000 }: Plugin): Started {
  const folder = folderOf(t, {
    config: `
clusters: [{name: c, cluster: {server: "https://api.example.com"${cluster}}}]
users: [{name: u, user: {exec: {command: ./get-token, apiVersion: ${V1}${exec}}}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
`,
    'get-token': `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n`,
  })
  const target = loadContexts({ kubeconfig: join(folder, 'config'), env: {} }).target('prod')
  const controller = new AbortController()
  const started: Started = {
    folder,
    controller,
    now: Date.parse('2026-01-01T00:00:00Z'),
    credentials: createCredentials(target, {
      env: { PATH: process.env['PATH'], KEPT: 'from-environment' },
      signal: controller.signal,
      pluginTimeoutMs: timeoutMs,
      now: () => started.now,
    }),
  }
  return started
}

const answer = (status: string, apiVersion = V1): string =>
  `echo '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":${status}}'`

async function authorization(credentials: Credentials): Promise<unknown> {
  return (await credentials.current()).headers['authorization']
}

async function failureOf(credentials: Credentials): Promise<AppError> {
  try {
    await credentials.current()
  } catch (error) {
    assert.ok(error instanceof AppError)
    assert.doesNotMatch(
      JSON.stringify([error.message, error.hint, error.stack, String(error.cause)]),
      new RegExp(CANARY),
    )
    return error
  }
  return assert.fail('a credential was given')
}

test('a token is used until it expires, and the plugin runs once however many ask', async (t) => {
  const plugin = withPlugin(t, {
    script: `echo x >> runs; ${answer('{"token":"abc","expirationTimestamp":"2026-01-01T01:00:00Z"}')}`,
  })
  const runs = (): number => readFileSync(join(plugin.folder, 'runs'), 'utf8').trim().split('\n').length
  const all = await Promise.all(Array.from({ length: 10 }, () => authorization(plugin.credentials)))
  assert.deepEqual(new Set(all), new Set(['Bearer abc']))
  await plugin.credentials.current()
  assert.equal(runs(), 1)
  plugin.now = Date.parse('2026-01-01T01:00:00Z')
  await plugin.credentials.current()
  assert.equal(runs(), 2)
})

test('after a 401 it runs once more, for everybody who held the refused credential', async (t) => {
  const plugin = withPlugin(t, {
    script: `echo x >> runs; ${answer('{"token":"t$(wc -l < runs)"}').replace("'{", '"{').replaceAll('"', '\\"').replace('\\"{', '"{').replace("}'", '}"')}`,
  })
  const refused = await plugin.credentials.current()
  assert.equal(refused.headers['authorization'], 'Bearer t1')
  const renewed = await Promise.all([1, 2, 3].map(() => plugin.credentials.renew(refused)))
  assert.deepEqual(new Set(renewed.map((credential) => credential?.headers['authorization'])), new Set(['Bearer t2']))
})

test('a token that has already expired is used until it is refused', async (t) => {
  const plugin = withPlugin(t, {
    script: `echo x >> runs; ${answer('{"token":"abc","expirationTimestamp":"2020-01-01T00:00:00Z"}')}`,
  })
  await plugin.credentials.current()
  await plugin.credentials.current()
  assert.equal(readFileSync(join(plugin.folder, 'runs'), 'utf8'), 'x\n')
})

test('a client certificate may come from a plugin', async (t) => {
  const { credentials } = withPlugin(t, { script: answer('{"clientCertificateData":"CERT","clientKeyData":"KEY"}') })
  const { certificate, headers } = await credentials.current()
  assert.equal(certificate?.cert.toString(), 'CERT')
  assert.equal(certificate?.key.toString(), 'KEY')
  assert.deepEqual(headers, {})
})

test('the plugin gets its own variables, those of the process, and KUBERNETES_EXEC_INFO', async (t) => {
  const plugin = withPlugin(t, {
    script: `echo "$OWN $KEPT $*" > seen; echo "$KUBERNETES_EXEC_INFO" > info; cat > stdin; ${answer('{"token":"abc"}')}`,
    exec: ', args: [get, token], env: [{name: OWN, value: from-config}], provideClusterInfo: true, interactiveMode: IfAvailable',
    cluster:
      ', certificate-authority-data: Q0E=, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]',
  })
  await plugin.credentials.current()
  assert.equal(readFileSync(join(plugin.folder, 'seen'), 'utf8'), 'from-config from-environment get token\n')
  assert.equal(readFileSync(join(plugin.folder, 'stdin'), 'utf8'), '')
  assert.deepEqual(JSON.parse(readFileSync(join(plugin.folder, 'info'), 'utf8')), {
    apiVersion: V1,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      cluster: {
        server: 'https://api.example.com',
        'certificate-authority-data': 'Q0E=',
        config: { audience: 'x' },
      },
    },
  })
})

test('a failing plugin is named with its context; what it printed is not told', async (t) => {
  const { credentials } = withPlugin(t, { script: `echo ${CANARY}; echo token=${CANARY} >&2; exit 3` })
  const error = await failureOf(credentials)
  assert.equal(error.code, 'credential-plugin-failed')
  assert.equal(error.message, 'credential plugin get-token of context prod failed with exit code 3: log in first')
})

for (const [what, script] of [
  ['no JSON', `echo ${CANARY}`],
  ['nothing', 'true'],
  ['an error document', `echo '{"kind":"Status","message":"${CANARY}"}'`],
  ['another API version', answer(`{"token":"${CANARY}"}`, 'client.authentication.k8s.io/v1beta1')],
  ['no token', answer(`{"expirationTimestamp":"${CANARY}"}`)],
  ['half a certificate', answer(`{"clientKeyData":"${CANARY}"}`)],
] as const) {
  test(`a plugin that answers with ${what} gave no credential`, async (t) => {
    assert.match((await failureOf(withPlugin(t, { script }).credentials)).message, /gave no credential/)
  })
}

test('a plugin that does not end is stopped with all that it started', async (t) => {
  const plugin = withPlugin(t, { script: '(sleep 0.4; echo late > late) & wait', timeoutMs: 150 })
  assert.match((await failureOf(plugin.credentials)).message, /gave no answer within 0 s: log in first/)
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.equal(existsSync(join(plugin.folder, 'late')), false)
})

test('Ctrl-C stops a plugin', async (t) => {
  const { credentials, controller } = withPlugin(t, { script: 'sleep 30' })
  setTimeout(() => controller.abort(), 50)
  assert.equal((await failureOf(credentials)).code, 'interrupted')
})

test('a plugin that is not installed: its hint is told without control characters', async (t) => {
  const folder = folderOf(t, {
    config: `
clusters: [{name: c, cluster: {server: "https://x"}}]
users: [{name: u, user: {exec: {command: no-such-plugin-anywhere, apiVersion: ${V1}, installHint: "Get it:\\e[31m\\n  brew install it\\u202e"}}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
`,
  })
  const target = loadContexts({ kubeconfig: join(folder, 'config'), env: {} }).target('prod')
  const credentials = createCredentials(target, {
    env: { PATH: '/nowhere' },
    signal: new AbortController().signal,
    pluginTimeoutMs: 1000,
    now: Date.now,
  })
  const error = await failureOf(credentials)
  assert.equal(error.message, 'credential plugin no-such-plugin-anywhere of context prod is not installed')
  assert.equal(error.hint, 'Get it: [31m brew install it')
})

test('a plugin that must have a terminal is not run', async (t) => {
  const { credentials } = withPlugin(t, { script: answer('{"token":"abc"}'), exec: ', interactiveMode: Always' })
  assert.match((await failureOf(credentials)).message, /needs a terminal: log in first/)
})

test('a failure is not remembered: the next request runs the plugin again', async (t) => {
  const plugin = withPlugin(t, { script: `test -f ready || exit 1; ${answer('{"token":"abc"}')}` })
  await failureOf(plugin.credentials)
  writeFileSync(join(plugin.folder, 'ready'), '')
  assert.equal(await authorization(plugin.credentials), 'Bearer abc')
})

test('auth-provider users: oidc tokens are used, providers that kubectl dropped are refused', async (t) => {
  const never = Buffer.from(JSON.stringify({ exp: 4102444800 })).toString('base64url')
  const jwt = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${never}.x`
  const folder = folderOf(t, {
    config: `
clusters: [{name: c, cluster: {server: "https://x"}}]
users:
- {name: oidc, user: {auth-provider: {name: oidc, config: {id-token: ${jwt}, client-id: a}}}}
- {name: gcp, user: {auth-provider: {name: gcp, config: {access-token: ${CANARY}}}}}
contexts: [{name: oidc, context: {cluster: c, user: oidc}}, {name: gcp, context: {cluster: c, user: gcp}}]
`,
  })
  const contexts = loadContexts({ kubeconfig: join(folder, 'config'), env: {} })
  const options = { env: {}, signal: new AbortController().signal, pluginTimeoutMs: 5000, now: Date.now }
  assert.equal(await authorization(createCredentials(contexts.target('oidc'), options)), `Bearer ${jwt}`)
  const refused = await failureOf(createCredentials(contexts.target('gcp'), options))
  assert.ok(hasCode('credential-plugin-failed', /no longer has/)(refused))
})

test('a token file is read again when its time is over, and after a 401', async (t) => {
  const folder = folderOf(t, {
    config: `
clusters: [{name: c, cluster: {server: "https://x"}}]
users: [{name: u, user: {tokenFile: token}}]
contexts: [{name: one, context: {cluster: c, user: u}}]
`,
    token: 'first\n',
  })
  let now = 0
  const target = loadContexts({ kubeconfig: join(folder, 'config'), env: {} }).target('one')
  const credentials = createCredentials(target, {
    env: {},
    signal: new AbortController().signal,
    pluginTimeoutMs: 1000,
    now: () => now,
  })
  const first = await credentials.current()
  assert.equal(first.headers['authorization'], 'Bearer first')
  writeFileSync(join(folder, 'token'), 'second')
  assert.equal(await authorization(credentials), 'Bearer first')
  assert.equal((await credentials.renew(first))?.headers['authorization'], 'Bearer second')
  writeFileSync(join(folder, 'token'), 'third')
  now = 60_000
  assert.equal(await authorization(credentials), 'Bearer third')
})

test('a static token cannot be renewed; impersonation travels with every credential', async (t) => {
  const folder = folderOf(t, {
    config: `
clusters: [{name: c, cluster: {server: "https://x"}}]
users: [{name: u, user: {token: t, as: bob, as-groups: [dev, ops], as-user-extra: {Example.com/Scopes: [a]}}}]
contexts: [{name: one, context: {cluster: c, user: u}}]
`,
  })
  const target = loadContexts({ kubeconfig: join(folder, 'config'), env: {} }).target('one')
  const credentials = createCredentials(target, {
    env: {},
    signal: new AbortController().signal,
    pluginTimeoutMs: 1000,
    now: Date.now,
  })
  const credential = await credentials.current()
  assert.deepEqual(credential.headers, {
    authorization: 'Bearer t',
    'impersonate-user': 'bob',
    'impersonate-group': ['dev', 'ops'],
    'impersonate-extra-example.com%2fscopes': ['a'],
  })
  assert.equal(await credentials.renew(credential), null)
})
