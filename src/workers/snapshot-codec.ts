import { hash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { AppError } from '../model/errors.ts'
import { canonicalJson, isJsonObject, MAX_DEPTH, nestsDeeper, type Json } from '../model/json.ts'
import { compareRefs } from '../model/resource-ref.ts'
import { snapshotEntryShape, snapshotHeaderShape } from '../model/snapshot-document.ts'
import type { Digest, ObjectBody, Snapshot, SnapshotEntry, SnapshotHeader } from '../model/snapshot.ts'
import { parseJsonText } from '../model/json-text.ts'

/** Bytes of one part: a value that Redis moves without a pause that others would notice. */
const PART_BYTES = 1024 * 1024
/** What a handover may unpack to. The largest cluster of the benchmarks (5,000 objects) takes 20 MB. */
const MAX_UNPACKED = 512 * 1024 * 1024
/** Fast: the way from collector to recorder is short, and the processor is what is scarce. */
const LEVEL = 1

export type EncodedSnapshot = {
  readonly parts: readonly Uint8Array[]
  /** Digest over everything that a later delta can build on. */
  readonly manifest: Digest
  readonly bytes: number
}

/** A snapshot that the other end has whole: what it holds need not be sent again. */
export type Base = { readonly manifest: Digest; readonly digests: ReadonlySet<Digest> }

type Head = Omit<SnapshotHeader, never> & {
  readonly references: Snapshot['references']
  readonly events: Snapshot['events']
  /** Manifest of the base whose bodies are left out; null: everything is here. */
  readonly base: Digest | null
  readonly entries: number
}

/**
 * A masked snapshot as bytes: gzip over lines, first the header, then the objects, then each body once as its digest and its canonical
 * JSON. Bodies that `base` has are left out.
 */
export function encodeSnapshot(snapshot: Snapshot, base: Base | null): EncodedSnapshot {
  const { entries, body, text, ...header } = snapshot
  const head: Head = { ...header, base: base?.manifest ?? null, entries: entries.length }
  const entryLines = entries.map((entry) => JSON.stringify(entry))
  const wanted = new Set(digestsOf(entries))
  const bodies = [...wanted].filter((digest) => base?.digests.has(digest) !== true)
  const bodyLines = bodies.map((digest) => `${digest} ${text?.(digest) ?? canonicalJson(body(digest))}`)
  const packed = gzipSync([JSON.stringify(head), ...entryLines, ...bodyLines].join('\n'), { level: LEVEL })
  return { parts: split(packed), manifest: manifestOf(snapshot, entryLines), bytes: packed.byteLength }
}

/** Digests of all bodies that the entries name. */
export function digestsOf(entries: readonly SnapshotEntry[]): Digest[] {
  return entries.flatMap(({ digest, statusDigest }) => (statusDigest === null ? [digest] : [digest, statusDigest]))
}

function manifestOf({ engine, mask, secretSet }: SnapshotHeader, entryLines: readonly string[]): Digest {
  return sha256([JSON.stringify([engine, mask, secretSet]), ...entryLines].join('\n'))
}

function split(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; at += PART_BYTES) parts.push(bytes.slice(at, at + PART_BYTES))
  return parts
}

/** `base-missing`: bodies were left out that are not at hand here; the whole snapshot is needed. */
export type Decoded = { readonly snapshot: Snapshot; readonly manifest: Digest } | 'base-missing'

/**
 * Reads what {@link encodeSnapshot} wrote. Nothing in it is taken on trust: shapes are checked, and the digest of each body is
 * computed anew. `baseOf` gives the digests of a manifest that is kept here; null where it is not. The snapshot gives bodies that were sent; those
 * of the base are where it was kept. Throws `handover-invalid`.
 */
export function decodeSnapshot(
  parts: readonly Uint8Array[],
  baseOf: (manifest: Digest) => ReadonlySet<Digest> | null,
): Decoded {
  const lines = unpack(parts).split('\n')
  const head = readHead(lines[0] ?? '')
  const entryLines = lines.slice(1, 1 + head.entries)
  const entries = entryLines.map(readEntry)
  if (entries.length !== head.entries) throw invalid('it is not whole')
  requireSorted(entries)
  const sent = readBodies(lines.slice(1 + head.entries))
  const base = head.base === null ? null : baseOf(head.base)
  if (head.base !== null && base === null) return 'base-missing'
  for (const digest of digestsOf(entries)) {
    if (!sent.has(digest) && base?.has(digest) !== true) throw invalid('it lacks the content of an object')
  }
  const { base: _base, entries: _count, ...header } = head
  const textOf = (digest: Digest): string => {
    const text = sent.get(digest)
    if (text === undefined) throw new AppError('internal', `the content ${digest} was not handed over`)
    return text
  }
  const snapshot: Snapshot = {
    ...header,
    entries,
    body: (digest) => parseJsonText(textOf(digest)) as ObjectBody,
    text: (digest) => sent.get(digest),
  }
  return { snapshot, manifest: manifestOf(snapshot, entryLines) }
}

function unpack(parts: readonly Uint8Array[]): string {
  try {
    return gunzipSync(Buffer.concat(parts), { maxOutputLength: MAX_UNPACKED }).toString('utf8')
  } catch {
    throw invalid('it cannot be unpacked')
  }
}

function readHead(line: string): Head {
  const head = parse(line)
  checked(() => snapshotHeaderShape(head, ''))
  const { base, entries } = head as unknown as { readonly base?: unknown; readonly entries?: unknown }
  if (base !== null && typeof base !== 'string') throw invalid('base is not a text')
  if (typeof entries !== 'number') throw invalid('entries is not a number')
  return head as unknown as Head
}

function readEntry(line: string): SnapshotEntry {
  const entry = parse(line)
  checked(() => snapshotEntryShape(entry, 'entry'))
  return entry as unknown as SnapshotEntry
}

/** Comparing and storing rely on it: an object that comes twice, or out of its order, would be paired wrongly. */
function requireSorted(entries: readonly SnapshotEntry[]): void {
  const isBefore = (entry: SnapshotEntry, index: number): boolean =>
    index === 0 || compareRefs(entries[index - 1]!.ref, entry.ref) < 0
  if (!entries.every(isBefore)) throw invalid('its objects are not in order, or one is there twice')
}

/** An object of {@link MAX_DEPTH} with a document in one of its texts that is as deep again. */
const MAX_BODY_DEPTH = 2 * MAX_DEPTH + 10

function requireBody(text: string): void {
  const body = parse(text)
  if (!isJsonObject(body)) throw invalid('an object is not a map')
  if (nestsDeeper(body, MAX_BODY_DEPTH)) throw invalid('an object is nested too deeply')
}

function readBodies(lines: readonly string[]): Map<Digest, string> {
  const bodies = new Map<Digest, string>()
  for (const line of lines) {
    const space = line.indexOf(' ')
    const digest = line.slice(0, space)
    const text = line.slice(space + 1)
    if (space < 0 || sha256(text) !== digest) throw invalid('an object is not what its digest says')
    requireBody(text)
    bodies.set(digest, text)
  }
  return bodies
}

function parse(line: string): Json {
  try {
    return parseJsonText(line)
  } catch {
    throw invalid('it is not JSON')
  }
}

function checked(check: () => void): void {
  try {
    check()
  } catch (error) {
    throw invalid(error instanceof AppError ? error.message : 'it has another shape')
  }
}

function invalid(why: string): AppError {
  return new AppError('handover-invalid', `what a collector handed over cannot be used: ${why}`)
}

function sha256(text: string): Digest {
  return `sha256:${hash('sha256', text, 'hex')}`
}
