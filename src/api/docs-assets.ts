import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

export type DocsAsset = { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }

/** By manifest, so that no name from a request ever becomes a path. */
const FILES: Readonly<Record<string, { readonly type: string; readonly inPackage: () => string }>> = {
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    inPackage: () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    inPackage: () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  },
}

/** A file of the documentation page from swagger-ui-dist: beside the bundle where we are one, else from the package; null: no such file. */
export async function readDocsAsset(name: string): Promise<DocsAsset | null> {
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined
  if (file === undefined) return null
  const bundled = new URL(`./swagger-ui/${name}`, import.meta.url)
  const source = existsSync(bundled) ? bundled : new URL(file.inPackage())
  return { type: file.type, bytes: new Uint8Array(await readFile(source)) }
}
