import { readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type YAMLSeq,
} from 'yaml'
import { AppError } from '../model/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts'

/** One named entry of a kubeconfig file, with where it stands. `folder` is what its relative paths are relative to. */
export type KubeconfigEntry = {
  readonly name: string
  /** What stands under `cluster`, `user` or `context`. Scalars other than null are their text as written. */
  readonly fields: JsonObject
  readonly file: string
  readonly folder: string
  readonly line: number
}

type Entries = ReadonlyMap<string, KubeconfigEntry>
export type Kubeconfig = {
  readonly contexts: Entries
  readonly clusters: Entries
  readonly users: Entries
  readonly current: string | null
  /** Where it was looked for; for messages. */
  readonly files: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads and merges kubeconfig files by kubectl's rules: `--kubeconfig` alone, else the files of KUBECONFIG (missing ones
 * are skipped), else `~/.kube/config`; of two entries with one name the first file's wins, and the first current-context.
 * Source: k8s.io/client-go/tools/clientcmd ClientConfigLoadingRules.
 * Throws `kubeconfig-invalid` naming file and line; no content is quoted.
 */
export function readKubeconfig(explicit: string | null, env: Environment, home: string): Kubeconfig {
  const files = explicit === null ? defaultFiles(env, home) : [resolve(explicit)]
  const found = files.flatMap((file) => {
    const text = readText(file, explicit !== null)
    return text === null ? [] : [parseKubeconfig(text, file)]
  })
  return {
    contexts: firstByName(found.flatMap(({ contexts }) => contexts)),
    clusters: firstByName(found.flatMap(({ clusters }) => clusters)),
    users: firstByName(found.flatMap(({ users }) => users)),
    current: found.find(({ current }) => current !== null)?.current ?? null,
    files,
  }
}

function firstByName(entries: readonly KubeconfigEntry[]): Entries {
  const byName = new Map<string, KubeconfigEntry>()
  for (const entry of entries) if (!byName.has(entry.name)) byName.set(entry.name, entry)
  return byName
}

function defaultFiles(env: Environment, home: string): string[] {
  const list = env['KUBECONFIG']
  if (!list) return [join(home, '.kube', 'config')]
  return [...new Set(list.split(delimiter).filter((file) => file !== ''))].map((file) => resolve(file))
}

function readText(file: string, mustExist: boolean): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && !mustExist) return null
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code ?? 'unknown'})`
    throw new AppError('kubeconfig-invalid', `kubeconfig ${file} ${why}`, { cause: error })
  }
}

type Parsed = Record<'contexts' | 'clusters' | 'users', KubeconfigEntry[]> & { current: string | null }

function parseKubeconfig(text: string, file: string): Parsed {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    prettyErrors: true,
    logLevel: 'silent',
  })
  const document = 'empty' in documents ? undefined : documents[0]
  const broken = document?.errors[0]
  if (broken) throw invalid(file, broken.linePos?.[0].line ?? null, 'is not valid YAML')
  const root = document?.contents
  if (!document || isNothing(root)) return { contexts: [], clusters: [], users: [], current: null }
  if (!isMap(root)) throw invalid(file, 1, 'is not a map')
  keepScalarText(document)
  const at = (node: Node): number => lines.linePos(node.range?.[0] ?? 0).line
  const place = { file, at, document }
  const current = root.get('current-context')
  return {
    contexts: entriesOf(root.get('contexts', true), 'context', place),
    clusters: entriesOf(root.get('clusters', true), 'cluster', place),
    users: entriesOf(root.get('users', true), 'user', place),
    current: typeof current === 'string' && current !== '' ? current : null,
  }
}

function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null)
}

type Place = { readonly file: string; readonly at: (node: Node) => number; readonly document: Document }

function entriesOf(node: unknown, key: 'context' | 'cluster' | 'user', place: Place): KubeconfigEntry[] {
  if (isNothing(node)) return []
  if (!isSeq(node)) throw invalid(place.file, place.at(node as Node), `${key}s is not a list`)
  const seen = new Set<string>()
  return (node as YAMLSeq<Node>).items.map((item) => {
    const entry = entryOf(item, key, place)
    if (seen.has(entry.name)) throw invalid(place.file, entry.line, `has two ${key}s with the same name`)
    seen.add(entry.name)
    return entry
  })
}

function entryOf(item: Node, key: string, { file, at, document }: Place): KubeconfigEntry {
  const line = at(item)
  const value = toPlain(item, document, file, line)
  const name = isJsonObject(value) ? value['name'] : undefined
  if (!isJsonObject(value) || typeof name !== 'string' || name === '')
    throw invalid(file, line, `has a ${key} without a name`)
  const fields = value[key] ?? {}
  if (!isJsonObject(fields)) throw invalid(file, line, `has a ${key} that is not a map`)
  return { name, fields, file, folder: dirname(file), line }
}

function toPlain(node: Node, document: Document, file: string, line: number): Json {
  try {
    return node.toJS(document, { maxAliasCount: 100 }) as Json
  } catch (error) {
    throw new AppError('kubeconfig-invalid', `kubeconfig ${file} is not valid YAML at line ${line}`, { cause: error })
  }
}

/** Every field that is read is a text (a token may look like a number), as Go's decoder takes it. */
function keepScalarText(document: Document): void {
  visit(document, {
    Scalar: (_key, node) => {
      if (node.value !== null && typeof node.value !== 'string') node.value = node.source ?? ''
    },
  })
}

function invalid(file: string, line: number | null, what: string): AppError {
  return new AppError('kubeconfig-invalid', `kubeconfig ${file} ${what}${line === null ? '' : ` at line ${line}`}`)
}
