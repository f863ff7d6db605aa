import { build, type Metafile } from 'esbuild'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Puts what is published into dist/package: one bundle, the demo fleet, the migrations, and the licences of what is inside. */
const TARGET = 'dist/package'
/** Holds a native library, so it stays a dependency that npm installs. */
const EXTERNAL = ['better-sqlite3']
/** Its files are served as they are, so the bundler does not see them. */
const DOCS_PAGES = 'node_modules/swagger-ui-dist'

rmSync(TARGET, { recursive: true, force: true })
mkdirSync(TARGET, { recursive: true })
const { metafile } = await build({
  entryPoints: {
    main: 'src/main.ts',
    // Threads of the service: each is started by its file.
    'store-thread': 'src/app/threads/store-thread.ts',
    'compute-thread': 'src/app/threads/compute-thread.ts',
    'collect-thread': 'src/app/threads/collect-thread.ts',
  },
  outdir: join(TARGET, 'dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: EXTERNAL,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  // CommonJS dependencies inside the bundle ask for Node's own modules by require.
  banner: {
    js: "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);",
  },
})
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md']) cpSync(name, join(TARGET, name))
cpSync('migrations', join(TARGET, 'migrations'), { recursive: true })
cpSync('src/simulator/demo', join(TARGET, 'dist/demo'), { recursive: true })
mkdirSync(join(TARGET, 'dist/swagger-ui'))
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  cpSync(join(DOCS_PAGES, name), join(TARGET, 'dist/swagger-ui', name))
}
mkdirSync(join(TARGET, 'bin'))
cpSync('bin/flux-compare.cjs', join(TARGET, 'bin/flux-compare.cjs'))
chmodSync(join(TARGET, 'bin/flux-compare.cjs'), 0o755)
writeFileSync(join(TARGET, 'package.json'), manifest())
writeFileSync(join(TARGET, 'THIRD-PARTY-LICENSES'), licenses(metafile))

function manifest(): string {
  const source = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>
  const { name, version, description, license, type, bin, engines, keywords } = source
  const dependencies = Object.fromEntries(EXTERNAL.map((external) => [external, source['dependencies']?.[external]]))
  return `${JSON.stringify({ name, version, description, license, type, keywords, bin, engines, dependencies }, null, 2)}\n`
}

function licenses({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  )
  return [...new Set([...folders, DOCS_PAGES])].toSorted().map(licenseOf).join('\n')
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text =
    file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : ''
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`
}
