import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { AppError } from '../model/errors.ts'
import { digString, type JsonObject } from '../model/json.ts'
import type { KubeconfigEntry } from './kubeconfig-file.ts'

/** A path of an entry, against the folder of the file that holds the entry. */
export function pathIn(entry: KubeconfigEntry, path: string | null | undefined): string | null {
  if (!path) return null
  return isAbsolute(path) ? path : join(entry.folder, path)
}

/** Whether a field is a YAML 1.1 true; entries keep the text of scalars. */
export function isTrue(fields: JsonObject, key: string): boolean {
  return /^(?:true|yes|on|y)$/i.test(digString(fields, key) ?? '')
}

/** The bytes of a base64 `data` field, else of the file; null where neither is set. Throws `kubeconfig-invalid`. */
export function dataOrFile(
  data: string | null | undefined,
  file: string | null,
  context: KubeconfigEntry,
  field: string,
): Buffer | null {
  if (data) return decodeBase64(data, context, field)
  if (file === null) return null
  try {
    return readFileSync(file)
  } catch (error) {
    throw new AppError('kubeconfig-invalid', `context ${context.name}: ${field} ${file} cannot be read`, {
      cause: error,
    })
  }
}

function decodeBase64(data: string, context: KubeconfigEntry, field: string): Buffer {
  const compact = data.replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw invalidContext(context, `has a ${field}-data that is not base64`)
  return Buffer.from(compact, 'base64')
}

export function invalidContext(context: KubeconfigEntry, what: string): AppError {
  return new AppError('kubeconfig-invalid', `context ${context.name} in ${context.file}, line ${context.line}, ${what}`)
}
