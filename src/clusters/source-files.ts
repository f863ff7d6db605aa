import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../model/errors.ts'
import { compareText } from '../model/resource-ref.ts'

/** A file as it was found: `path` as the user would write it. */
export type SourceFile = { readonly path: string; readonly text: string }

export type SourceLimits = {
  readonly fileBytes: number
  readonly totalBytes: number
  readonly files: number
  readonly folderDepth: number
}

export const SOURCE_LIMITS: SourceLimits = {
  fileBytes: 64 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  files: 20_000,
  folderDepth: 32,
}

const MANIFEST = /\.(?:ya?ml|json)$/i

/**
 * Reads a file of any name, or of a folder all *.yaml, *.yml and *.json below it, in the order of their paths. What begins
 * with a dot and node_modules are skipped; links are followed, a folder is read once. Throws `file-unreadable` for what
 * cannot be read and `file-invalid` for what is too large or no UTF-8 text, with the path.
 */
export async function readSourceFiles(
  path: string,
  signal: AbortSignal,
  limits = SOURCE_LIMITS,
): Promise<SourceFile[]> {
  const root = await reading(path, () => stat(path))
  const paths = root.isDirectory() ? await manifestsBelow(path, limits) : [path]
  const files: SourceFile[] = []
  let total = 0
  for (const file of paths) {
    signal.throwIfAborted()
    const bytes = await reading(file, () => readBytes(file, limits.fileBytes))
    total += bytes.length
    if (total > limits.totalBytes) throw tooLarge(path, `more than ${limits.totalBytes} bytes of manifests`)
    files.push({ path: file, text: decode(bytes, file) })
  }
  return files
}

async function manifestsBelow(root: string, limits: SourceLimits): Promise<string[]> {
  const seen = new Set<string>()
  const found: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    const real = await reading(folder, () => realpath(folder))
    if (seen.has(real)) return
    seen.add(real)
    if (depth > limits.folderDepth) throw tooLarge(folder, `more than ${limits.folderDepth} folders in each other`)
    const names = await reading(folder, () => readdir(folder))
    for (const name of names.sort(compareText)) {
      if (name.startsWith('.') || name === 'node_modules') continue
      const path = join(folder, name)
      const entry = await statOrNull(path)
      if (entry?.isDirectory()) await visit(path, depth + 1)
      else if (MANIFEST.test(name) && entry?.isFile() !== false) found.push(path)
      if (found.length > limits.files) throw tooLarge(root, `more than ${limits.files} files`)
    }
  }
  await visit(root, 0)
  return found
}

/** Null for a link to nothing: it matters only if it has the name of a manifest, and then reading it says so. */
async function statOrNull(path: string): Promise<Awaited<ReturnType<typeof stat>> | null> {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return null
    throw unreadable(path, error)
  }
}

/** By a stream, so that pipes work and an endless one ends. */
async function readBytes(path: string, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw tooLarge(path, `more than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new AppError('file-invalid', `${path} is not UTF-8 text`, { cause: error })
  }
}

async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): AppError {
  return new AppError('file-unreadable', `${path} cannot be read (${codeOf(error) ?? 'unknown'})`, { cause: error })
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

function tooLarge(path: string, what: string): AppError {
  return new AppError('file-invalid', `${path} holds ${what}`, { hint: 'Name a smaller file or folder.' })
}
