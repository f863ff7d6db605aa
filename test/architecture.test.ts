import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { test } from 'node:test'

type Room = { readonly mayImport: readonly string[]; readonly doors: readonly string[] }
type Import = { readonly file: string; readonly specifier: string; readonly typesOnly: boolean }

const ROW = /^\| ([\w.]+) \|([^|]*)\|([^|]*)\|$/gm
const COMMENT = /\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm
// Sound because the code is verbatim, erasable ESM: static imports begin a line, and the rest is caught by the three patterns below.
const STATIC = /^(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s+)?['"]([^'"]+)['"]/gm
const DYNAMIC = /\bimport\s*\(\s*(?:'([^']+)'|"([^"]+)")?/g
const REQUIRE = /\bcreateRequire\b|\brequire\s*\(|\bprocess\.getBuiltinModule\b/

test('every room under src/ stands in docs/architecture.md, and every room there exists', () => {
  const rooms = readRooms(readFileSync('docs/architecture.md', 'utf8'))
  assert.deepEqual(new Set(sourceFiles().map(roomOf)), new Set(rooms.keys()))
})

test('every import in src/ keeps the import law of docs/architecture.md', () => {
  const rooms = readRooms(readFileSync('docs/architecture.md', 'utf8'))
  const files = sourceFiles()
  assert.ok(files.length > 20, `only ${files.length} files seen`)
  const imports = files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')))
  assert.ok(imports.length > 20, `only ${imports.length} imports seen`)
  assert.deepEqual(
    imports.map((entry) => objectionTo(entry, rooms)).filter((objection) => objection !== undefined),
    [],
  )
})

test('the law objects to each planted forbidden import', () => {
  const rooms = readRooms(readFileSync('docs/architecture.md', 'utf8'))
  const objections = (file: string, code: string): (string | undefined)[] =>
    importsOf(file, code).map((entry) => objectionTo(entry, rooms))
  assert.deepEqual(objections('src/diff/x.ts', "import { a } from '../clusters/a.ts'"), [
    'src/diff/x.ts: diff may not import clusters',
  ])
  assert.deepEqual(objections('src/diff/x.ts', "import {\n  a,\n  b,\n} from 'node:fs'"), [
    'src/diff/x.ts: diff is not the door to node:fs',
  ])
  assert.deepEqual(objections('src/diff/x.ts', "import 'node:fs'"), ['src/diff/x.ts: diff is not the door to node:fs'])
  assert.deepEqual(objections('src/diff/x.ts', "export * from '../history/a.ts'"), [
    'src/diff/x.ts: diff may not import history',
  ])
  assert.deepEqual(objections('src/clusters/x.ts', "import { a } from '../service/ports.ts'"), [
    'src/clusters/x.ts: clusters may import only types from service',
  ])
  assert.deepEqual(objections('src/clusters/x.ts', "import type { a } from '../service/ports.ts'"), [undefined])
  assert.deepEqual(objections('src/model/x.ts', "const a = await import('undici')"), [
    'src/model/x.ts: model is not the door to undici',
  ])
  assert.deepEqual(objections('src/model/x.ts', 'const a = await import(name)'), [
    'src/model/x.ts: imports something computed',
  ])
  assert.deepEqual(objections('src/model/x.ts', "const require = createRequire('x')"), ['src/model/x.ts: uses require'])
})

function sourceFiles(): string[] {
  return globSync('src/**/*.ts').map((file) => file.replaceAll('\\', '/'))
}

function objectionTo({ file, specifier, typesOnly }: Import, rooms: ReadonlyMap<string, Room>): string | undefined {
  const here = roomOf(file)
  const { mayImport, doors } = rooms.get(here) ?? { mayImport: [], doors: [] }
  if (specifier === 'require') return `${file}: uses require`
  if (specifier === '') return `${file}: imports something computed`
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier)
    const open = doors.includes(name) || (name.startsWith('node:') && doors.includes('node:*'))
    return open ? undefined : `${file}: ${here} is not the door to ${name}`
  }
  const there = roomOf(join(dirname(file), specifier))
  if (there === here || mayImport.includes(there)) return undefined
  if (mayImport.includes(`${there}*`)) {
    return typesOnly ? undefined : `${file}: ${here} may import only types from ${there}`
  }
  return `${file}: ${here} may not import ${there}`
}

function readRooms(doc: string): Map<string, Room> {
  const rows = [...doc.matchAll(ROW)].filter(([, name]) => name !== 'room')
  return new Map(
    rows.map(([, name, mayImport, doors]) => [name!, { mayImport: cells(mayImport!), doors: cells(doors!) }]),
  )
}

function importsOf(file: string, source: string): Import[] {
  const code = source.replaceAll(COMMENT, '$1')
  const found = [...code.matchAll(STATIC)].map(([, type, specifier]) => ({
    file,
    specifier: specifier!,
    typesOnly: type !== undefined,
  }))
  for (const [, single, double] of code.matchAll(DYNAMIC)) {
    found.push({ file, specifier: single ?? double ?? '', typesOnly: false })
  }
  if (REQUIRE.test(code)) found.push({ file, specifier: 'require', typesOnly: false })
  return found
}

function roomOf(file: string): string {
  return file.split('/')[1]!
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function cells(cell: string): string[] {
  return cell
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}
