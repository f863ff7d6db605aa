import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'

const DOCKERFILE = readFileSync('Dockerfile', 'utf8').replaceAll(/\\\n\s*/g, '')
const INSTRUCTIONS = DOCKERFILE.split('\n').filter((line) => /^[A-Z]+ /.test(line))

function only(start: string): string {
  const found = INSTRUCTIONS.filter((line) => line.startsWith(start))
  assert.equal(found.length, 1, `one instruction starts with ${start}`)
  return found[0]!
}

/** What .dockerignore lets into the build, and a node_modules as `npm ci` leaves it. */
function buildContext(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-image-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [all, ...allowed] = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.equal(all, '*')
  for (const line of allowed) {
    assert.match(line, /^!/)
    cpSync(line.slice(1), join(folder, line.slice(1)), { recursive: true })
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  return folder
}

function succeeds(file: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}

test('of what the build context holds a package is built that runs, with the library of SQLite alone beside it', (t) => {
  const folder = buildContext(t)
  succeeds('sh', ['-c', only('RUN npm run -s build').slice('RUN '.length)], folder)
  const app = join(folder, 'dist/package')
  rmSync(join(folder, 'node_modules'))
  assert.deepEqual(globSync('node_modules/*', { cwd: app }), ['node_modules/better-sqlite3'])
  assert.equal(existsSync(join(app, 'node_modules/better-sqlite3/deps')), false)
  const libraries = globSync('**/*.node', { cwd: app }).toSorted()
  assert.deepEqual(
    libraries.map((path) => path.split('/').at(-1)),
    ['linux-arm64.node', 'linux-x64.node'],
  )
  const history = join(folder, 'history.db')
  const listed = succeeds(
    process.execPath,
    [join(app, 'bin/flux-compare.cjs'), 'history', '--history', history],
    folder,
  )
  assert.match(listed, /^Nothing is kept yet/)
})

test('no install script runs in the build: the base image has no compiler, and an older npm would call it', () => {
  assert.match(only('RUN npm ci'), / --ignore-scripts\b/)
})

test('the image runs as a user of its own, with the Node that package.json asks for and the command in the path', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }
  const bases = INSTRUCTIONS.filter((line) => line.startsWith('FROM ')).map((line) => /node:(\d+)/.exec(line)?.[1])
  assert.deepEqual(
    bases.map((major) => `>=${major}`),
    [engines.node, engines.node],
  )
  assert.equal(only('USER '), 'USER 10001:10001')
  assert.equal(only('ENTRYPOINT '), 'ENTRYPOINT ["flux-compare"]')
  assert.match(only('RUN mkdir'), /ln -s \/app\/bin\/flux-compare\.cjs \/usr\/local\/bin\/flux-compare$/)
})
