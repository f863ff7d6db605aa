import { randomBytes, randomUUID } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../model/errors.ts'
import { makeFolder } from './make-folder.ts'
import { fileErrorCode } from './sqlite-errors.ts'

const KEY_BYTES = 32

/**
 * The 32 bytes of this installation's fingerprint key, made at first use (0600, in a folder of 0700). Processes that start
 * together agree on one key. A key that others may read is made private again.
 * Throws `key-unavailable` where it cannot be read, made or made private, or is no key.
 */
export function loadKeyBytes(path: string): Uint8Array {
  try {
    return readKey(path) ?? makeKey(path)
  } catch (error) {
    const code = fileErrorCode(error)
    if (code === null) throw error
    throw new AppError('key-unavailable', `the key file ${path} cannot be read or made (${code})`, { cause: error })
  }
}

function readKey(path: string): Uint8Array | null {
  const file = openIfThere(path)
  if (file === null) return null
  try {
    makePrivate(file, path)
    const bytes = readFileSync(file)
    if (bytes.length === KEY_BYTES) return bytes
    throw new AppError('key-unavailable', `the key file ${path} holds ${bytes.length} bytes instead of ${KEY_BYTES}`)
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

function makePrivate(file: number, path: string): void {
  const { mode, uid } = fstatSync(file)
  if ((mode & 0o077) === 0) return
  if (uid !== process.getuid?.()) {
    throw new AppError('key-unavailable', `the key file ${path} belongs to another user and may be read by others`)
  }
  fchmodSync(file, 0o600)
}

/** A link to a finished file appears whole or not at all, and only for the first of several processes. */
function makeKey(path: string): Uint8Array {
  makeFolder(dirname(path))
  const unfinished = `${path}.${randomUUID()}`
  try {
    writeDurably(unfinished, randomBytes(KEY_BYTES))
    linkUnlessThere(unfinished, path)
  } finally {
    rmSync(unfinished, { force: true })
  }
  const key = readKey(path)
  if (key === null) throw new AppError('key-unavailable', `the key file ${path} vanished while it was made`)
  return key
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function linkUnlessThere(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (fileErrorCode(error) !== 'EEXIST') throw error
  }
}
