import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type ErrorCode,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import type { Json } from '../model/json.ts'
import type { Path, Place, Problem } from './problems.ts'

/** A YAML document as plain data, and where each part of it stands. */
export type YamlTree = {
  readonly value: Json
  /** Line and column, from 1, of what stands at a path, or of its key; of the nearest part above where nothing stands there. */
  readonly place: (path: Path, of: 'key' | 'value') => Place
}

const MAX_BYTES = 1024 * 1024
const MAX_DEPTH = 64
const MAX_NODES = 100_000

/**
 * Reads one YAML 1.2 document. Refused, because what it would mean is not what stands there: duplicate keys, keys that are not
 * text, several documents, tags, more than 1 MiB, 64 levels or 100,000 values (aliases counted each time).
 * Problems quote no values: a literal secret may stand anywhere.
 */
export function readYamlTree(text: string): YamlTree | readonly Problem[] {
  if (Buffer.byteLength(text) > MAX_BYTES) return [atStart(`is larger than ${MAX_BYTES} bytes`)]
  const lines = new LineCounter()
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  try {
    // Duplicate keys are looked for below: the parser's own check takes quadratic time.
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
    if ('empty' in documents) return [atStart('is empty')]
    if (documents.length > 1) {
      const second = documents[1]!.range[0]
      return [{ path: [], message: 'holds several YAML documents; write one', place: placeOf(second) }]
    }
    const document = documents[0]!
    const broken = [...document.errors, ...document.warnings]
    // One mistake makes the parser object to most of what follows it.
    if (broken.length > 0)
      return broken
        .slice(0, 10)
        .map(({ code, pos }) => ({ path: [], message: brokenYaml(code), place: placeOf(pos[0]) }))
    const reading: Reading = { targets: aliasTargets(document), placeOf, problems: [], spots: new Map(), nodes: 0 }
    mark([], null, document.contents, reading)
    const value = plain(document.contents, [], reading)
    if (reading.problems.length > 0) return reading.problems
    return { value, place: (path, of) => placeOf(offsetAt(path, of, reading.spots)) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [atStart('is nested too deeply')]
  }
}

function atStart(message: string): Problem {
  return { path: [], message, place: { line: 1, column: 1 } }
}

/** The parser's own messages quote the text. */
function brokenYaml(code: ErrorCode): string {
  return `is not valid YAML: ${WORDS[code] ?? 'something stands here that YAML does not allow'}`
}

const WORDS: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: 'the indentation does not fit what stands above',
  TAB_AS_INDENT: 'a tab indents this line; write spaces',
  MISSING_CHAR: 'a bracket, quote, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a colon or a quote missing?',
  BAD_ALIAS: 'an alias or anchor is out of place',
  BAD_COLLECTION_TYPE: 'a tag does not fit what follows it',
  TAG_RESOLVE_FAILED: 'tags (!name) are not known here',
  BLOCK_AS_IMPLICIT_KEY: 'a list or map cannot follow a value on its line',
}

/** Offsets of what stands at a path. Without a key: in a list, or the document. */
type Spot = { readonly key: number | null; readonly value: number }

type Reading = {
  readonly targets: ReadonlyMap<Alias, Node>
  /** By the JSON text of the path: with thousands of problems, looking for each in the document takes quadratic time. */
  readonly spots: Map<string, Spot>
  readonly placeOf: (offset: number) => Place
  readonly problems: Problem[]
  nodes: number
}

function plain(node: unknown, path: Path, reading: Reading): Json {
  reading.nodes += 1
  if (path.length > MAX_DEPTH || reading.nodes > MAX_NODES) {
    throw new RangeError('a document that grows beyond what a configuration can need')
  }
  const target = isAlias(node) ? reading.targets.get(node) : node
  if (isAlias(node) && target === undefined) refuse('is an alias that names no anchor', node, path, reading)
  if (hasTag(target)) refuse('has a tag (!name); tags are not known here', target, path, reading)
  if (isMap(target)) return plainMap(target, path, reading)
  if (isSeq(target)) {
    return target.items.map((item, index) => {
      mark([...path, index], null, item, reading)
      return plain(item, [...path, index], reading)
    })
  }
  return isScalar(target) ? plainScalar(target, path, reading) : null
}

function plainScalar(scalar: Scalar, path: Path, reading: Reading): Json {
  const { value } = scalar
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  refuse('is a number that cannot be kept; write it in quotes', scalar, path, reading)
  return null
}

function plainMap(map: YAMLMap, path: Path, reading: Reading): Json {
  const entries: [string, Json][] = []
  const seen = new Set<string>()
  for (const { key, value } of map.items) {
    const name = keyText(key)
    if (name === null) refuse('has a key that is not text', key, path, reading)
    else if (seen.has(name)) refuse('stands twice; keep one of them', key, [...path, name], reading)
    else {
      mark([...path, name], key, value, reading)
      entries.push([name, plain(value, [...path, name], reading)])
    }
    if (name !== null) seen.add(name)
  }
  // fromEntries defines properties: a key `__proto__` stays a key, and is then unknown like any other.
  return Object.fromEntries(entries)
}

/** `!!str` only says how a text is read; others would make a value that has no place in JSON. */
function hasTag(node: unknown): boolean {
  const { tag } = (node ?? {}) as { tag?: string }
  return tag !== undefined && tag !== 'tag:yaml.org,2002:str'
}

function refuse(message: string, node: unknown, path: Path, { problems, placeOf }: Reading): void {
  problems.push({ path, message, place: placeOf(offsetOf(node)) })
}

function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null
  if (typeof key.value === 'string') return key.value
  return typeof key.value === 'number' || typeof key.value === 'boolean' ? (key.source ?? null) : null
}

/** An alias stands for the last node before it with that anchor. `Alias.resolve` looks through the document each time. */
function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source)
      if (target) targets.set(alias, target)
    },
    Value: (_key, node) => {
      if (node.anchor) anchors.set(node.anchor, node)
    },
  })
  return targets
}

function mark(path: Path, key: unknown, value: unknown, { spots }: Reading): void {
  const own = offsetOf(value)
  const ofKey = key === null ? null : offsetOf(key)
  spots.set(JSON.stringify(path), { key: ofKey, value: own >= 0 ? own : (ofKey ?? 0) })
}

function offsetAt(path: Path, of: 'key' | 'value', spots: ReadonlyMap<string, Spot>): number {
  const spot = spots.get(JSON.stringify(path))
  if (spot) return of === 'key' ? (spot.key ?? spot.value) : spot.value
  return path.length === 0 ? 0 : offsetAt(path.slice(0, -1), 'value', spots)
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? -1
}
