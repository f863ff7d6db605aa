import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { completionScript } from '../../src/cli/completion.ts'

const ARN = 'arn:aws:eks:eu-west-1:123456789012:cluster/prod'

/** What bash is offered for a line after the program, whose words it split as `words`, where the program knows three contexts. */
function complete(line: string, words: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-completion-'))
  try {
    const program = join(folder, 'flux-compare')
    const answer = `for last; do :; done\nfor name in '${ARN}' 'my context' 'admin@k8s'; do\n case "$name" in "$last"*) printf '%s\\tabout\\n' "$name";; esac\ndone\necho :4\n`
    writeFileSync(program, `#!/bin/sh\n${answer}`)
    chmodSync(program, 0o755)
    const script = `${completionScript('bash')}
COMP_LINE=$1; COMP_POINT=\${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_flux_compare
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('bash', ['-c', script, 'bash', `${program} ${line}`, program, ...words], {
      encoding: 'utf8',
    })
    return stdout.split('\n').filter((reply) => reply !== '')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('bash completes the part of a context name that follows its colons', () => {
  assert.deepEqual(complete('a arn:aws:ek', ['a', 'arn', ':', 'aws', ':', 'ek']), [ARN.slice('arn:aws:'.length)])
  assert.deepEqual(complete('a arn:', ['a', 'arn', ':']), [ARN.slice('arn:'.length)])
})

test('bash completes names with spaces and signs, quoted as they were begun', () => {
  assert.deepEqual(complete('my\\ c', ['my\\ c']), ['my\\ context'])
  assert.deepEqual(complete('"my c', ['"my c']), ['my context'])
  assert.deepEqual(complete('admin@k', ['admin', '@', 'k']), ['k8s'])
})
