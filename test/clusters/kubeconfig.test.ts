import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { asAppError } from '../../src/model/errors.ts'
import fc from 'fast-check'
import { loadContexts, type Contexts } from '../../src/clusters/kubeconfig.ts'
import { hasCode, folderOf } from './support.ts'

const STAGING = `
apiVersion: v1
kind: Config
clusters:
- name: staging
  cluster: {server: https://staging.example.com:6443}
users:
- name: alice
  user: {token: token-of-alice}
contexts:
- name: staging
  context: {cluster: staging, user: alice, namespace: apps}
current-context: staging
`

function loadOne(t: TestContext, text: string, files: Record<string, string> = {}): Contexts {
  return loadContexts({ kubeconfig: join(folderOf(t, { config: text, ...files }), 'config'), env: {} })
}

/** A kubeconfig with one context `one` whose cluster and user have these fields. */
function config(cluster: string, user = '{}'): string {
  return `
clusters: [{name: c, cluster: ${cluster}}]
users: [{name: u, user: ${user}}]
contexts: [{name: one, context: {cluster: c, user: u}}]
`
}

test('a context is told with its cluster, server, user and namespace', (t) => {
  const contexts = loadOne(t, STAGING)
  assert.deepEqual(contexts.summaries, [
    {
      name: 'staging',
      cluster: 'staging',
      server: 'https://staging.example.com:6443',
      user: 'alice',
      namespace: 'apps',
      current: true,
    },
  ])
  assert.equal(contexts.target('staging').identity.token, 'token-of-alice')
})

test('the server is told without credentials that its URL may hold', (t) => {
  const contexts = loadOne(t, config('{server: "https://user:pass@host.example.com/path?token=x"}'))
  assert.equal(contexts.summaries[0]!.server, 'https://host.example.com')
})

test('KUBECONFIG is merged first wins, by name, and missing and empty files are skipped', (t) => {
  const folder = folderOf(t, {
    first: `
clusters: [{name: c, cluster: {server: https://first}}]
users: [{name: shared, user: {token: first}}]
contexts: [{name: a, context: {cluster: c, user: shared}}]
`,
    empty: '',
    second: `
clusters: [{name: c, cluster: {server: https://second}}, {name: d, cluster: {server: https://d}}]
users: [{name: shared, user: {token: second}}, {name: other, user: {token: other}}]
contexts: [{name: a, context: {cluster: d, user: other}}, {name: b, context: {cluster: d, user: shared}}]
current-context: b
`,
    third: 'current-context: a\n',
  })
  const list = ['', 'missing', 'empty', 'first', 'second', 'third', 'first'].map((name) =>
    name ? join(folder, name) : '',
  )
  const contexts = loadContexts({ kubeconfig: null, env: { KUBECONFIG: list.join(delimiter) } })
  assert.deepEqual(contexts.names, ['a', 'b'])
  assert.equal(contexts.current, 'b')
  assert.equal(contexts.target('a').server, 'https://first')
  assert.equal(contexts.target('a').identity.token, 'first')
  assert.equal(contexts.target('b').server, 'https://d')
  assert.equal(contexts.target('b').identity.token, 'first')
})

test('the default file is ~/.kube/config', (t) => {
  const home = folderOf(t, { '.kube/config': STAGING })
  assert.deepEqual(loadContexts({ kubeconfig: null, env: {}, home }).names, ['staging'])
})

test('a file named by --kubeconfig must exist', () => {
  assert.throws(
    () => loadContexts({ kubeconfig: '/nowhere/config', env: {} }),
    hasCode('kubeconfig-invalid', /\/nowhere\/config does not exist/),
  )
})

test('a file that the system does not let us read is told with the reason', (t) => {
  const kubeconfig = join(folderOf(t, { file: '' }), 'file/config')
  assert.throws(
    () => loadContexts({ kubeconfig, env: {} }),
    hasCode('kubeconfig-invalid', /file\/config cannot be read \(ENOTDIR\)$/),
  )
})

test('without any kubeconfig, asking for a context says so', (t) => {
  const home = folderOf(t, {})
  const contexts = loadContexts({ kubeconfig: null, env: {}, home })
  assert.deepEqual(contexts.names, [])
  assert.throws(() => contexts.target('staging'), hasCode('no-clusters', /no kubeconfig was found at .*\.kube\/config/))
})

test('a wrong context name lists the right ones, nearest first', (t) => {
  const contexts = loadOne(
    t,
    `
clusters: [{name: c, cluster: {server: https://x}}]
contexts:
- {name: development, context: {cluster: c}}
- {name: staging, context: {cluster: c}}
- {name: arn:aws:eks:eu-west-1:1:cluster/production, context: {cluster: c}}
`,
  )
  assert.throws(() => contexts.target('stagign'), hasCode('context-unknown', /there are: staging, development, arn/))
  assert.throws(() => contexts.target('production'), hasCode('context-unknown', /there are: arn:aws/))
})

test('relative paths are relative to the folder of the file that holds them', (t) => {
  const folder = folderOf(t, {
    'a/config': 'contexts: [{name: one, context: {cluster: c, user: u}}]\n',
    'b/config': `
clusters: [{name: c, cluster: {server: https://x, certificate-authority: pki/ca.crt}}]
users: [{name: u, user: {tokenFile: pki/token, client-certificate: pki/cert, client-key: pki/key}}]
`,
    'b/pki/ca.crt': 'CA',
    'b/pki/cert': 'CERT',
    'b/pki/key': 'KEY',
  })
  const list = [join(folder, 'a/config'), join(folder, 'b/config')].join(delimiter)
  const target = loadContexts({ kubeconfig: null, env: { KUBECONFIG: list } }).target('one')
  assert.equal(target.tls.ca?.toString(), 'CA')
  assert.equal(target.identity.certificate?.cert.toString(), 'CERT')
  assert.equal(target.identity.certificate?.key.toString(), 'KEY')
  assert.equal(target.identity.tokenFile, join(folder, 'b/pki/token'))
})

test('data fields win over file fields', (t) => {
  const ca = Buffer.from('INLINE').toString('base64')
  const target = loadOne(
    t,
    config(`{server: https://x, certificate-authority: nowhere, certificate-authority-data: ${ca}}`),
  ).target('one')
  assert.equal(target.tls.ca?.toString(), 'INLINE')
})

test('an exec command with a slash is relative to the file, one without is looked up on the PATH', (t) => {
  const exec = (command: string): string =>
    config('{server: https://x}', `{exec: {command: ${command}, apiVersion: client.authentication.k8s.io/v1}}`)
  const folder = folderOf(t, { near: exec('bin/plugin'), path: exec('plugin') })
  const commandOf = (name: string): string | undefined =>
    loadContexts({ kubeconfig: join(folder, name), env: {} }).target('one').identity.exec?.command
  assert.equal(commandOf('near'), join(folder, 'bin/plugin'))
  assert.equal(commandOf('path'), 'plugin')
})

test('text fields that look like numbers or booleans stay text', (t) => {
  const target = loadOne(
    t,
    `
clusters: [{name: 1, cluster: {server: https://x}}]
users: [{name: 0123, user: {token: 12345678901234567890}}]
contexts: [{name: on, context: {cluster: 1, user: 0123}}]
current-context: on
`,
  ).target('on')
  assert.equal(target.identity.token, '12345678901234567890')
})

test('JSON is a kubeconfig too, and null lists are empty ones', (t) => {
  assert.deepEqual(loadOne(t, '{"clusters": null, "users": null, "contexts": null, "current-context": ""}').names, [])
  assert.deepEqual(loadOne(t, '# nothing\n').names, [])
})

test('a broken file is named with its line, without its content', (t) => {
  const broken = `clusters:\n- name: a\n  cluster: {server: https://x\nusers:\n- name: b\n  user: {token: CANARY}\n`
  assert.throws(
    () => loadOne(t, broken),
    (error: Error) => {
      assert.match(error.message, /kubeconfig .*config is not valid YAML at line \d+/)
      assert.doesNotMatch(error.message, /CANARY/)
      return hasCode('kubeconfig-invalid')(error)
    },
  )
  assert.throws(() => loadOne(t, 'just text'), hasCode('kubeconfig-invalid', /is not a map at line 1/))
  assert.throws(
    () => loadOne(t, 'kind: Config\ncontexts: yes\n'),
    hasCode('kubeconfig-invalid', /contexts is not a list at line 2/),
  )
  assert.throws(
    () => loadOne(t, 'users:\n- name: a\n- user: {}\n'),
    hasCode('kubeconfig-invalid', /a user without a name at line 3/),
  )
  assert.throws(
    () => loadOne(t, 'users:\n- {name: a, user: {}}\n- {name: a, user: {}}\n'),
    hasCode('kubeconfig-invalid', /two users with the same name at line 3/),
  )
})

test('a broken entry disturbs only the context that uses it', (t) => {
  const contexts = loadOne(
    t,
    `
clusters:
- {name: good, cluster: {server: https://good}}
- {name: bare, cluster: {}}
- {name: bad, cluster: {server: "ftp://x"}}
- {name: both, cluster: {server: https://x, insecure-skip-tls-verify: true, certificate-authority-data: QQ==}}
- {name: base64, cluster: {server: https://x, certificate-authority-data: "%%%"}}
users:
- {name: half, user: {client-certificate-data: QQ==}}
- {name: two, user: {token: a, username: b, password: c}}
- {name: groups, user: {as-groups: [admins]}}
contexts:
- {name: good, context: {cluster: good}}
- {name: bare, context: {cluster: bare}}
- {name: bad, context: {cluster: bad}}
- {name: both, context: {cluster: both}}
- {name: base64, context: {cluster: base64}}
- {name: undefined-cluster, context: {cluster: nowhere}}
- {name: undefined-user, context: {cluster: good, user: nobody}}
- {name: half, context: {cluster: good, user: half}}
- {name: two, context: {cluster: good, user: two}}
- {name: groups, context: {cluster: good, user: groups}}
`,
  )
  assert.equal(contexts.target('good').server, 'https://good')
  const why: Record<string, RegExp> = {
    bare: /line 14, names the cluster bare, which has no server/,
    bad: /no URL/,
    both: /both a certificate authority and insecure-skip-tls-verify/,
    base64: /certificate-authority-data that is not base64/,
    'undefined-cluster': /names the cluster nowhere, which is not defined/,
    'undefined-user': /names the user nobody, which is not defined/,
    half: /a client certificate without its key/,
    two: /both a token and a password/,
    groups: /impersonates groups without a user/,
  }
  for (const [name, text] of Object.entries(why)) {
    assert.throws(() => contexts.target(name), hasCode('kubeconfig-invalid', text), name)
  }
})

test('a server may have a path, and keeps it without its last slash', (t) => {
  assert.equal(
    loadOne(t, config('{server: "https://x:8443/k8s/clusters/c-1/"}')).target('one').server,
    'https://x:8443/k8s/clusters/c-1',
  )
})

test('TLS settings: server name and skipped verification', (t) => {
  const target = loadOne(
    t,
    config('{server: https://x, tls-server-name: kubernetes, insecure-skip-tls-verify: yes}'),
  ).target('one')
  assert.deepEqual(target.tls, { ca: null, serverName: 'kubernetes', insecure: true })
})

test('no credentials are sent over plain http', (t) => {
  const target = loadOne(t, config('{server: "http://x"}', '{token: secret, as: root}')).target('one')
  assert.equal(target.identity.token, null)
  assert.equal(target.impersonate, null)
})

test('impersonation of a user entry', (t) => {
  const user = '{token: x, as: bob, as-uid: 7, as-groups: [dev, ops], as-user-extra: {scopes: [a, b]}}'
  assert.deepEqual(loadOne(t, config('{server: https://x}', user)).target('one').impersonate, {
    user: 'bob',
    uid: '7',
    groups: ['dev', 'ops'],
    extra: { scopes: ['a', 'b'] },
  })
})

test('each target is an object of its own', (t) => {
  const contexts = loadOne(t, STAGING)
  assert.notEqual(contexts.target('staging'), contexts.target('staging'))
  assert.notEqual(contexts.target('staging').identity, contexts.target('staging').identity)
})

test('in a pod, its service account is the context in-cluster', (t) => {
  const serviceAccount = folderOf(t, { token: 'pod-token', 'ca.crt': 'CA', namespace: 'tools\n' })
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
  const home = folderOf(t, {})
  const contexts = loadContexts({ kubeconfig: null, env, home, serviceAccount })
  assert.equal(contexts.current, 'in-cluster')
  assert.equal(contexts.summaries[0]!.namespace, 'tools')
  const target = contexts.target('in-cluster')
  assert.equal(target.server, 'https://[fd00::1]')
  assert.equal(target.tls.ca?.toString(), 'CA')
  assert.equal(target.identity.tokenFile, join(serviceAccount, 'token'))
})

test('names that are also members of objects are ordinary names', (t) => {
  const contexts = loadOne(
    t,
    `
clusters: [{name: __proto__, cluster: {server: https://x}}]
users: [{name: constructor, user: {token: t}}]
contexts: [{name: toString, context: {cluster: __proto__, user: constructor}}]
`,
  )
  assert.deepEqual(contexts.names, ['toString'])
  assert.equal(contexts.target('toString').identity.token, 't')
  assert.throws(() => contexts.target('valueOf'), hasCode('context-unknown'))
})

test('a damaged kubeconfig is refused or read, never a crash, and its token is not told', (t) => {
  const file = join(folderOf(t, {}), 'config')
  const whole = STAGING.replace('token-of-alice', 'CANARY-alice')
  const damage = fc.record({ at: fc.nat(whole.length), drop: fc.nat(30), put: fc.string({ maxLength: 6 }) })
  fc.assert(
    fc.property(damage, ({ at, drop, put }) => {
      writeFileSync(file, whole.slice(0, at) + put + whole.slice(at + drop))
      try {
        const contexts = loadContexts({ kubeconfig: file, env: {} })
        contexts.names.forEach((name) => contexts.target(name))
      } catch (error) {
        const { code, message } = asAppError(error)
        assert.equal(code, 'kubeconfig-invalid')
        assert.doesNotMatch(message, /CANARY/)
      }
    }),
    { numRuns: 300 },
  )
})
