import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

type Lock = {
  readonly packages: Readonly<Record<string, { readonly gypfile?: boolean; readonly hasInstallScript?: boolean }>>
}

/**
 * Before npm 11.16, `npm ci` compiles whatever has a binding.gyp and no script of its own, also where the package says `gypfile: false` because it
 * brings what was compiled. npm looks for that word in the lock file only, and does not write it there itself: `npm install` takes it out.
 */
test('no package is compiled where it is installed, so that no compiler is needed', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  const compiled = Object.entries(packages).flatMap(([folder, { gypfile, hasInstallScript }]) =>
    gypfile !== false && hasInstallScript !== true && existsSync(`${folder}/binding.gyp`) ? [folder] : [],
  )
  assert.deepEqual(compiled, [], 'add "gypfile": false to these in package-lock.json, after each npm install')
})
