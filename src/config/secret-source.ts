import { readFileSync, statSync } from 'node:fs'
import { AppError } from '../model/errors.ts'
import type { Environment } from './config.ts'
import type { SecretSource } from './words.ts'

const MAX_BYTES = 64 * 1024

/** Why a source gives nothing, without what it holds; null where it gives something. */
export function sourceTrouble(source: SecretSource, env: Environment): string | null {
  const found = readBytes(source, env)
  return typeof found === 'string' ? found : null
}

/** Why a file that is only named cannot be read; null where it can. */
export function fileTrouble(file: string): string | null {
  const found = readFileBytes(file)
  return typeof found === 'string' ? found : null
}

/** The secret itself, without the line break at its end. Throws `config-invalid` naming the variable or file. */
export function readSecret(source: SecretSource, env: Environment): string {
  return readSecretBytes(source, env)
    .toString('utf8')
    .replace(/[\r\n]+$/, '')
}

/** The bytes of a fingerprint key: 32 of them, raw in a file, or in base64 or hexadecimal digits. Throws `config-invalid`. */
export function readKeyBytes(source: SecretSource, env: Environment): Uint8Array {
  const bytes = keyBytes(readSecretBytes(source, env))
  if (bytes) return bytes
  throw new AppError('config-invalid', `${describeSource(source)} ${NO_KEY}`)
}

export const NO_KEY = 'holds no key; make one with: openssl rand -base64 32'

/** Null where there are not 32 bytes. */
export function keyBytes(found: Buffer): Uint8Array | null {
  if (found.length === 32) return found
  const text = found.toString('latin1').trim()
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64')
  return null
}

/** The hash at a source, as sha256sum prints it (what follows the digits is left out). Throws `config-invalid`. */
export function readHash(source: SecretSource, env: Environment): string {
  const hash = hashIn(readSecret(source, env))
  if (hash !== null) return hash
  throw new AppError('config-invalid', `${describeSource(source)} ${NO_HASH}`)
}

export const NO_HASH = 'holds no SHA-256; make one with: printf %s TOKEN | sha256sum'

export function hashIn(text: string): string | null {
  return /^([0-9a-f]{64})(?:\s|$)/i.exec(text.trim())?.[1]!.toLowerCase() ?? null
}

export function readSecretBytes(source: SecretSource, env: Environment): Buffer {
  const found = readBytes(source, env)
  if (typeof found !== 'string') return found
  throw new AppError('config-invalid', `${describeSource(source)} ${found}`)
}

function readBytes(source: SecretSource, env: Environment): Buffer | string {
  if ('file' in source) return readFileBytes(source.file)
  const value = env[source.env]
  if (value === undefined) return 'is not set; set it, or write file: PATH'
  return value.trim() === '' ? 'is empty; set it' : Buffer.from(value)
}

function readFileBytes(file: string): Buffer | string {
  try {
    if (statSync(file).size > MAX_BYTES) return `is larger than ${MAX_BYTES} bytes`
    const bytes = readFileSync(file)
    return bytes.length === 0 ? 'is empty' : bytes
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOENT') return 'does not exist'
    return code === 'EISDIR' ? 'is a folder, no file' : `cannot be read (${code})`
  }
}

export function describeSource(source: SecretSource): string {
  return 'env' in source ? `the environment variable ${source.env}` : `the file ${source.file}`
}
