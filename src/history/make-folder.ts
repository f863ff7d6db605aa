import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder (0700) and those above it, where they are missing. One by one: the `recursive` of Node never returns where a file
 * system answers ENOENT in a folder that exists (`/proc`). Throws the file system's error.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it since.
    if (!existsSync(path)) throw error
  }
}
