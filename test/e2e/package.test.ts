import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-package-'))
const command = join(folder, 'node_modules/.bin/flux-compare')
const env = { PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`, HOME: folder }

before(async () => {
  await run('npm', ['run', '-s', 'package'], { env: { ...process.env, ...env, HOME: process.env['HOME'] ?? folder } })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const tarball = readdirSync('dist').find((file) => file.endsWith('.tgz'))!
  await run('npm', ['install', '--no-audit', '--no-fund', join(process.cwd(), 'dist', tarball)], {
    cwd: folder,
    env: { ...process.env, PATH: env.PATH },
  })
})

after(() => rmSync(folder, { recursive: true }))

test('the installed package runs the demo, whole', async () => {
  const { stdout } = await run(command, ['demo', '-o', 'json'], { cwd: folder, env })
  const { clusters, drifts } = JSON.parse(stdout) as { clusters: { name: string }[]; drifts: unknown[] }
  assert.deepEqual(
    clusters.map(({ name }) => name),
    ['staging', 'production', 'edge'],
  )
  assert.ok(drifts.length > 5)
})

test('it brings all days of the fleet', async () => {
  const { stdout } = await run(command, ['demo', '--report', '--out', join(folder, 'page.html')], { cwd: folder, env })
  assert.match(stdout, /^The chat got 3 messages, one for each day; the last report was silent\.$/m)
})

test('it keeps history with the migrations that it brings', async () => {
  const { stdout } = await run(command, ['history'], { cwd: folder, env })
  assert.match(stdout, /^Nothing is kept yet/)
})

test('it says its version, and brings the licences of what is inside', async () => {
  const { stdout } = await run(command, ['version'], { cwd: folder, env })
  assert.match(stdout, /^flux-compare: v/)
  const licences = readFileSync(join(folder, 'node_modules/flux-compare/THIRD-PARTY-LICENSES'), 'utf8')
  for (const name of ['deep-diff', 'undici', 'yaml', 'commander', '@kubernetes/client-node', 'drizzle-orm']) {
    assert.match(licences, new RegExp(`^${name} \\d`, 'm'))
  }
})

test('an old Node gets one clear line', async () => {
  const pretend = join(folder, 'old-node.cjs')
  writeFileSync(pretend, "Object.defineProperty(process.versions, 'node', { value: '18.19.0' })")
  const failed = await run(process.execPath, ['--require', pretend, 'bin/flux-compare.cjs', '--help']).catch(
    (error: { code: number; stderr: string }) => error,
  )
  assert.equal((failed as { code: number }).code, 2)
  assert.match(failed.stderr, /^error: flux-compare needs Node\.js 24 or newer/)
  assert.doesNotMatch(failed.stderr, /at .*:\d+/)
})

test('as a plugin of the Flux CLI the executable completes by the protocol of Cobra', async () => {
  const { stdout } = await run(command, ['__complete', 'completion', ''], { cwd: folder, env })
  assert.equal(stdout, 'bash\nzsh\nfish\npowershell\n:4\n')
})
