import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from './run-cli.ts'

/** Documents whose blocks of YAML begin with the name of a file, and whose consoles show what comes out. */
for (const document of ['docs/rules.md', 'docs/parameters.md']) {
  test(`the examples of ${document} do what it says`, async () => {
    const text = readFileSync(document, 'utf8')
    const folder = mkdtempSync(join(tmpdir(), 'flux-compare-docs-'))
    try {
      for (const [, name, content] of text.matchAll(/^```yaml\n# ([\w.-]+)\n([\s\S]*?)^```$/gm)) {
        writeFileSync(join(folder, name!), content!)
      }
      const consoles = [...text.matchAll(/^```console\n\$ flux-compare (.*)\n([\s\S]*?)^```$/gm)]
      assert.ok(consoles.length > 0)
      for (const [, command, shown] of consoles) {
        const { stdout, stderr } = await runCli(command!.split(' '), { cwd: folder })
        const output = plain(stdout)
        for (const line of shown!.trimEnd().split('\n'))
          assert.ok(output.includes(plain(line)), `${line}\n${stdout}${stderr}`)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

/** Lines are broken at the width of the terminal. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
