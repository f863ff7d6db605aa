import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LineCounter, parseAllDocuments, type Document, type Tags } from 'yaml'
import { isMap, textAt, valueAt, type Value, type ValueMap } from './go-json.ts'

/** An object as it stands in a file. `from` is `path:line`, for messages. */
export type LoadedObject = { readonly object: ValueMap; readonly from: string }

/**
 * The Kubernetes objects of every `*.yaml` and `*.yml` under the folder, in the order of paths; items of a `List` one by one.
 * Throws an Error that names file and line where a document is not readable or not an object.
 */
export function loadFolder(folder: string): LoadedObject[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .sort()
    .map((path) => join(folder, path))
  return paths
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => parseObjects(readFileSync(path, 'utf8'), path))
}

/** The objects of one file's text. YAML is read as Kubernetes does: YAML 1.1 booleans, no timestamps, whole numbers exact. */
export function parseObjects(text: string, path: string): LoadedObject[] {
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, {
    lineCounter,
    version: '1.1',
    customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !isTime(tag)),
    intAsBigInt: true,
    logLevel: 'error',
  })
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document) => objectsOf(document, path, lineCounter))
}

/** Dates and sexagesimal numbers, which Go's reader leaves as text. */
function isTime(tag: { tag: string; format?: string }): boolean {
  return tag.tag === 'tag:yaml.org,2002:timestamp' || tag.format === 'TIME'
}

function objectsOf(document: Document, path: string, lineCounter: LineCounter): LoadedObject[] {
  const problem = document.errors[0]
  if (problem) throw new Error(`${path}:${problem.linePos?.[0].line ?? 1}: ${problem.message.split('\n')[0]}`)
  const from = `${path}:${lineCounter.linePos(document.contents?.range?.[0] ?? 0).line}`
  const value = narrow(document.toJS({ maxAliasCount: 1000 }), from)
  if (value === null) return []
  if (!isMap(value)) throw new Error(`${from}: not a Kubernetes object`)
  return flatten(value, from)
}

function flatten(object: ValueMap, from: string): LoadedObject[] {
  const items = valueAt(object, 'items')
  if (textAt(object, 'kind').endsWith('List') && Array.isArray(items)) {
    return items.filter(isMap).flatMap((item) => flatten(item, from))
  }
  return [{ object, from }]
}

function narrow(value: unknown, from: string): Value {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map((entry) => narrow(entry, from))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${from}: JSON has no number ${value}`)
  if (typeof value !== 'object' || value === null) return value as Value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, narrow(entry, from)]))
}
