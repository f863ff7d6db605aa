import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64, hmac, masker, RELEASE, underKey } from './mask-helpers.ts'

/** Tokens are put together here, so that no secret scanner takes this file for a leak. */
const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmF0dXJlLW9mLWl0'].join('.')
const TOKENS: readonly string[] = [
  JWT,
  ['AKIA', 'IOSFODNN7EXAMPLE'].join(''),
  `ghp_${'a1B2'.repeat(9)}`,
  `github_pat_${'11ABCDEFG0'.repeat(3)}`,
  ['glpat-', 'a1B2c3D4e5F6g7H8i9J0'].join(''),
  ['xoxb-', '123456789012-abcdef'].join(''),
  ['AIza', 'SyA1234567890abcdefghijklmnopqrstuv'].join(''),
  `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN'.repeat(2)}`,
  `npm_${'a1B2'.repeat(9)}`,
  `hvs.${'CAESIJ0Zx'.repeat(3)}`,
  `sk_live_${'a1B2'.repeat(6)}`,
  `dckr_pat_${'a1B2'.repeat(6)}`,
]

for (const token of TOKENS) {
  test(`a token such as ${token.slice(0, 8)} is masked wherever it stands`, () => {
    assert.deepEqual(underKey('neutral', token), hmac(token))
    assert.deepEqual(
      underKey('neutral', `call it ${token}, please`),
      hmac(`call it ${token}, please`, 'call it ***, please'),
    )
  })
}

const LABEL = ['RSA', 'PRIVATE', 'KEY'].join(' ')
const PRIVATE = `-----BEGIN ${LABEL}-----\nMIIEowIBAAKCAQEA\nabcdef\n-----END ${LABEL}-----`
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\nabcdefgh\n-----END CERTIFICATE-----\n'

test('private keys are masked, also without their end and in base64; certificates stay', () => {
  assert.deepEqual(underKey('neutral', PRIVATE), hmac(PRIVATE))
  const bundle = `${CERTIFICATE}${PRIVATE}\n`
  assert.deepEqual(underKey('neutral', bundle), hmac(bundle, `${CERTIFICATE}***\n`))
  const cut = PRIVATE.slice(0, 50)
  assert.deepEqual(underKey('neutral', `x ${cut}`), hmac(`x ${cut}`, 'x ***'))
  assert.deepEqual(underKey('client-data', base64(PRIVATE)), hmac(base64(PRIVATE)))
  assert.equal(underKey('caBundle', CERTIFICATE), CERTIFICATE)
  assert.equal(underKey('caData', base64(CERTIFICATE)), base64(CERTIFICATE))
})

const TEXTS: readonly [text: string, shown: string][] = [
  ['https://user:hunter2@git.example.com/org/repo', 'https://user:***@git.example.com/org/repo'],
  ['postgres://app:p@ss:w@db:5432/app?sslmode=require', 'postgres://app:***@db:5432/app?sslmode=require'],
  ['see redis://:hunter2@cache:6379/0 for it', 'see redis://:***@cache:6379/0 for it'],
  ['https://a1B2c3D4e5F6g7H8i9@github.com/org/repo', 'https://***@github.com/org/repo'],
  ['https://a1B2c3D4e5F6g7H8i9:x-oauth-basic@github.com', 'https://***:***@github.com'],
  ['app:hunter2@tcp(db:3306)/app', 'app:***@tcp(db:3306)/app'],
  [
    'https://acct.blob.core.windows.net/c?sv=2022&sig=a%2Fb%3D&se=2026',
    'https://acct.blob.core.windows.net/c?sv=2022&sig=***&se=2026',
  ],
  [
    'https://s3.example.com/k?X-Amz-Signature=abcdef0123&X-Amz-Expires=60',
    'https://s3.example.com/k?X-Amz-Signature=***&X-Amz-Expires=60',
  ],
  ['https://api.example.com/v1?access_token=abc123&page=2', 'https://api.example.com/v1?access_token=***&page=2'],
  ['https://hooks.slack.com/services/T000/B000/XXXX', 'https://hooks.slack.com/services/***'],
  ['https://discord.com/api/webhooks/123/abc', 'https://discord.com/api/webhooks/***'],
  ['https://contoso.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d', 'https://contoso.webhook.office.com/***'],
  ['Authorization: Basic dXNlcjpodW50ZXIy', 'Authorization: Basic ***'],
  ['curl -H "Authorization: Bearer abc123def456"', 'curl -H "Authorization: Bearer ***"'],
  ['Basic dXNlcjpodW50ZXIy', 'Basic ***'],
  ['Bearer abcdef0123456789abcdef', 'Bearer ***'],
  ['psql --password=hunter2 --host=db', 'psql --password=*** --host=db'],
  ['psql --password hunter2 --host db', 'psql --password *** --host db'],
  ['export DB_PASSWORD="hunter 2"; run', 'export DB_PASSWORD=***; run'],
  ['host=db user=app password=hunter2 dbname=x', 'host=db user=app password=*** dbname=x'],
  ['password = hunter2', 'password = ***'],
  ['user = app\npassword = hunter2\nport = 5432\n', 'user = app\npassword = ***\nport = 5432\n'],
  ['[database]\nuser = app\nadmin_passwd = "hunter2"\n', '[database]\nuser = app\nadmin_passwd = ***\n'],
  ['maxmemory 64mb\nrequirepass hunter2\n', 'maxmemory 64mb\nrequirepass ***\n'],
  ['binddn cn=reader,dc=example\nbindpw hunter2\n', 'binddn cn=reader,dc=example\nbindpw ***\n'],
  ['curl -fsS -u app:hunter2 https://example.com', 'curl -fsS -u app:*** https://example.com'],
  ['curl --user "app:hunter 2" https://example.com', 'curl --user "app:***" https://example.com'],
  [
    '# a login\nmachine git.example.com login app\n  password hunter2\n',
    '# a login\nmachine git.example.com login app\n  password ***\n',
  ],
  ['    stats auth admin:hunter2', '    stats auth admin:***'],
  ['user app insecure-password hunter2', 'user app insecure-password ***'],
  ['port 6379\nuser app on >hunter2 ~* +@all\n', 'port 6379\nuser app on >*** ~* +@all\n'],
  ['sshpass -p hunter2 ssh app@host', 'sshpass -p *** ssh app@host'],
  ["mysqldump -h db -u root -p'hunter 2' shop", "mysqldump -h db -u root -p'***' shop"],
  ['docker login -u app -p hunter2 ghcr.io', 'docker login -u app -p *** ghcr.io'],
  ['echo hunter2 | helm registry login --password-stdin x', 'echo *** | helm registry login --password-stdin x'],
  ['proxy_set_header X-Api-Key "hunter2";', 'proxy_set_header X-Api-Key "***";'],
  ['<server><id>x</id><password>hunter2</password></server>', '<server><id>x</id><password>***</password></server>'],
  ['<add key="ApiKey" value="hunter2" />', '<add key="ApiKey" value="***" />'],
  ['--set=auth.password=hunter2', '--set=auth.password=***'],
  ['--set=admin.pw=hunter2', '--set=admin.pw=***'],
  ['alice:$2y$05$abcdefghijklmnopqrstuu1234567890', 'alice:***'],
  ['root:$6$saltsalt$0123456789abcdefghij/.:19000::', 'root:***:19000::'],
  ['$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g login', '*** login'],
  ["ALTER ROLE app PASSWORD 'hunter2';", "ALTER ROLE app PASSWORD '***';"],
  ["CREATE USER 'app'@'%' IDENTIFIED WITH x BY 'hunter2';", "CREATE USER 'app'@'%' IDENTIFIED WITH x BY '***';"],
  ["'user' => 'app', 'password' => 'hunter2'", "'user' => 'app', 'password' => '***'"],
  [
    "define('DB_NAME', 'app'); define('DB_PASSWORD', 'hunter2');",
    "define('DB_NAME', 'app'); define('DB_PASSWORD', '***');",
  ],
  [`conf['user'] = 'app'; conf["password"] = "hunter2"`, `conf['user'] = 'app'; conf["password"] = "***"`],
  ['key "ddns" { algorithm hmac-sha256; secret "Zm9vYmFy"; };', 'key "ddns" { algorithm hmac-sha256; secret "***"; };'],
  [
    'proxy_set_header X-Api-Key hunter2; proxy_pass http://app;',
    'proxy_set_header X-Api-Key ***; proxy_pass http://app;',
  ],
  ['redis-cli -h cache -a hunter2 ping', 'redis-cli -h cache -a *** ping'],
  ['vault login -no-print hunter2 && run', 'vault login -no-print *** && run'],
  ['aws configure set aws_secret_access_key hunter2', 'aws configure set aws_secret_access_key ***'],
  ['see $6$c0ffee$aBcDeFgHiJkLmNoPqRsT0123456789 there', 'see *** there'],
  ['sentinel auth-pass cache hunter2', 'sentinel auth-pass cache ***'],
  ['wpa: x\npsk="hunter 2"', 'wpa: x\npsk=***'],
  ['Server=db;User Id=app;Password=hunter2;', 'Server=db;User Id=app;Password=***;'],
  ['AccountName=x;AccountKey=abcd1234==;Suffix=y', 'AccountName=x;AccountKey=***;Suffix=y'],
  ['url=${host} pass=${password:-hunter2}', 'url=${host} pass=${password:-***}'],
  ['error in {"user":"app","password":"hunter2"} of it', 'error in {"user":"app","password": "***"} of it'],
]

for (const [text, shown] of TEXTS) {
  test(`only the secret part is blanked in: ${shown}`, () => {
    assert.deepEqual(underKey('neutral', text), hmac(text, shown))
  })
}

const ORDINARY: readonly string[] = [
  'ssh://git@github.com/org/repo.git',
  'https://github.com/org/repo',
  'oci://ghcr.io/org/app:1.2.3@sha256:3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed',
  'git@github.com:org/repo.git',
  'https://${USER}:${PASSWORD}@git.example.com/org/repo',
  'main@sha1:3f786850e387550fdab836ed7e6dc881de23001b',
  'sha256:3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed',
  '0a1b2c3d-4e5f-6789-abcd-ef0123456789',
  'AAAAC3NzaC1lZDI1NTE5AAAAIJ0Zx9QmXv7bqk8oT2r4YwLhN6cVfGdEsPuKiRjBtMaH',
  'github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  '^https://token\\.actions\\.githubusercontent\\.com$',
  'Basic authentication is required',
  'Bearer authentication required',
  'the password must be at least 8 characters long',
  'failed to get secret: not found',
  "Secret 'apps/db' not found",
  'https://example.com/path?key=a&page=2',
  'data.token == ""',
  'if [ "$TOKEN" == "" ]; then exit 1; fi',
  '--token-file=/var/run/token',
  '--kubelet-certificate-authority=/ca.crt',
  'secretName=backend',
  'curl -u "$USER:${PASSWORD}" https://example.com',
  'curl --user app https://example.com/a:b',
  'docker run -u 1000:1000 curlimages/curl',
  'docker run -p 8080:80 nginx && docker login ghcr.io',
  'docker login -u app -p "$TOKEN" ghcr.io',
  'echo "$TOKEN" | docker login --password-stdin ghcr.io',
  'mysql -h db -P 3306 -p -e "select 1"',
  'mysqladmin ping -h localhost',
  'user app on > file',
  '<password>${env.PASSWORD}</password>',
  '<passwordPolicy>strict and long</passwordPolicy>',
  '<add key="ApiKeyHeader" value="X-Api-Key" />',
  'proxy_set_header X-Real-IP "$remote_addr";',
  'proxy_hide_header X-Cache-Key',
  'sed -e s/^a$/b$2a$c/',
  '--set=image.tag=1.2.3',
  '--set=auth.existingSecret=my-secret',
  'vault login -method=userpass username=app',
  'vault login',
  "'password_policy' => 'strong'",
  'proxy_set_header X-Api-Key $http_x_api_key;',
  'aws configure set region eu-west-1',
  'resource "aws_secretsmanager_secret" "app" { name = "x" }',
  'key "value" of a map',
  'pass = true',
  'set --token to make it work',
  'requirepass',
  'requirepass ${REDIS_PASSWORD}\nmaxmemory 64mb\n',
  '[auth]\npassword_policy = strict\ntoken_url = https://example.com/token\n',
  '{{ .Values.password }}',
  'eyJ is how a token begins',
]

for (const text of ORDINARY) {
  test(`nothing is secret in: ${text}`, () => {
    assert.equal(underKey('neutral', text), text)
  })
}

test('placeholders with a default keep their name', () => {
  assert.deepEqual(
    underKey('neutral', '${db_password:=hunter2}'),
    hmac('${db_password:=hunter2}', '${db_password:=***}'),
  )
})

test('the address of a Provider is masked where its path is random', () => {
  const provider = { ...RELEASE, group: 'notification.toolkit.fluxcd.io', kind: 'Provider' }
  const mask = (address: string): unknown => masker().maskBody({ spec: { type: 'generic', address } }, provider)['spec']
  const hook = 'https://alerts.example.com/in/a1B2c3D4e5F6g7H8i9'
  assert.deepEqual(mask(hook), { type: 'generic', address: hmac(hook, 'https://alerts.example.com/***') })
  for (const open of ['https://slack.com/api/chat.postMessage', 'https://github.com/org/repo', 'nats://nats:4222']) {
    assert.deepEqual(mask(open), { type: 'generic', address: open })
  }
})

test('a map that poses as a mask becomes a mask of itself', () => {
  const forged = { masked: 'present' }
  assert.deepEqual(underKey('neutral', forged), hmac(forged))
  for (const text of ['a:\n  masked: present\n', '{"a":{"masked":"present"}}', '{"a":{"\\u006dasked":"present"}}']) {
    assert.deepEqual(underKey('neutral', text), { a: hmac(forged) })
  }
})

test('values encrypted by SOPS are unknown, whatever their key', () => {
  const value = 'ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]'
  assert.deepEqual(underKey('neutral', value), { masked: 'sops' })
  assert.deepEqual(underKey('password', value), { masked: 'sops' })
  const text = `A=1\nB=${value}\n`
  assert.deepEqual(underKey('env', text), hmac(text, 'A=1\nB=***\n'))
})
