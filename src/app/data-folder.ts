import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * A folder that is shipped with the program: beside the bundle (`dist/x.js` and `migrations/`), or at the top of a checkout
 * (`src/app/x.ts`). The first that exists.
 */
export function shippedFolder(name: string): string {
  const candidates = [`../${name}`, `../../${name}`].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!
}
