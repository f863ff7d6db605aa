import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from './run-cli.ts'

test('the demo tells a chat three reports, draws the last, and then has nothing to tell', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-demo-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const page = join(folder, 'page.html')
  const env = { HOME: folder, TMPDIR: folder }
  const { code, stdout, stderr } = await runCli(['demo', '--report', '--out', page], { env })
  assert.deepEqual([code, stderr], [0, ''])
  // What changed is written into src/simulator/demo by hand: see the folders before and yesterday.
  assert.match(stdout, /^two days ago {2}production, edge vs staging: \d+ new \(/m)
  assert.match(stdout, /^yesterday {5}production, edge vs staging: 1 resolved, \d+ ongoing \(/m)
  assert.match(
    stdout,
    /^production, edge vs staging: 4 new \(3 critical, 1 high\), 1 worsened \(1 critical\), 1 reopened \(1 high\), 1 resolved, \d+ ongoing/m,
  )
  assert.match(stdout, /^NEW \(4\)\ncritical {2}OCIRepository\/shop\/storefront {2}spec\.verify/m)
  assert.match(
    stdout,
    /^WORSENED \(1\)\ncritical {2}HelmRelease\/payments\/ledger {2}spec\.suspend .*, was high, since /m,
  )
  assert.match(stdout, /^REOPENED \(1\)\nhigh {6}Kustomization\/flux-system\/monitoring {2}spec\.prune /m)
  assert.match(stdout, /^RESOLVED \(1\)\nhigh {6}HelmRelease\/shop\/cache {2}spec\.chart\.spec\.version /m)
  assert.match(stdout, /^NOT COMPARED\nedge: Receiver could not be read \(forbidden\)$/m)
  assert.match(stdout, /^DELIVERY\nteam {2}sent$/m)
  assert.match(
    stdout,
    /^DELIVERY\nteam {2}no message: nothing changed\n\nThe chat got 3 messages, one for each day; the last report was silent\.\n$/m,
  )
  const html = readFileSync(page, 'utf8')
  assert.match(html, /Rendered by flux-compare from the exact message payload; Slack's own look differs\./)
  assert.match(
    html,
    /<h3>production, edge vs staging: 4 new, 1 worsened, 1 reopened, 1 resolved, \d+ ongoing; not fully compared: edge<\/h3>/,
  )
  assert.doesNotMatch(html, /class="problem"/)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('flux-compare-')),
    [],
  )
})

test('where the page cannot be written, the error says so', async () => {
  const { code, stderr } = await runCli(['demo', '--report', '--out', join(tmpdir(), 'no-such-folder', 'page.html')])
  assert.equal(code, 2)
  assert.match(stderr, /^error: the message cannot be drawn into .*page\.html \(ENOENT\)\n/)
})

for (const args of [['demo'], ['demo', '--report']]) {
  test(`${args.join(' ')} ends, and says so, where no temporary folder can be made`, async () => {
    const env = { TMPDIR: join(tmpdir(), 'no-such-folder') }
    const { code, stderr } = await runCli(args, { env })
    assert.equal(code, 2)
    assert.match(stderr, /^error: no folder for temporary files can be made in .*no-such-folder \(ENOENT\)\n/)
  })
}

test('a fleet that is kept or served is none that reports', async () => {
  const { code, stderr } = await runCli(['demo', '--report', '--keep'])
  assert.equal(code, 2)
  assert.match(stderr, /'--report' cannot be used with option '--keep'/)
})
