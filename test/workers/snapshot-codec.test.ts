import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { toSnapshotDocument } from '../../src/model/snapshot-document.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { decodeSnapshot, digestsOf, encodeSnapshot, type Base } from '../../src/workers/snapshot-codec.ts'
import { collectFrom, SHOP } from '../clusters/collect-support.ts'
import { startOne } from '../clusters/support.ts'

const NO_BASE = (): null => null

async function shop(t: TestContext): Promise<Snapshot> {
  return collectFrom(t, await startOne(t, { objects: SHOP }), { scope: { events: true } })
}

function decoded(parts: readonly Uint8Array[], base: Base | null = null): Snapshot {
  const result = decodeSnapshot(parts, (manifest) => (base?.manifest === manifest ? base.digests : null))
  assert.ok(result !== 'base-missing')
  return result.snapshot
}

/** The lines of a handover, changed and packed again. */
function rewritten(parts: readonly Uint8Array[], change: (lines: string[]) => readonly string[]): Uint8Array[] {
  const lines = gunzipSync(Buffer.concat(parts)).toString().split('\n')
  return [gzipSync(change(lines).join('\n'))]
}

test('a snapshot comes out as it went in, with the same manifest', async (t) => {
  const snapshot = await shop(t)
  const { parts, manifest, bytes } = encodeSnapshot(snapshot, null)
  assert.equal(
    bytes,
    parts.reduce((sum, part) => sum + part.byteLength, 0),
  )
  const result = decodeSnapshot(parts, NO_BASE)
  assert.ok(result !== 'base-missing')
  assert.deepEqual(toSnapshotDocument(result.snapshot), toSnapshotDocument(snapshot))
  assert.equal(result.manifest, manifest)
})

test('with a base only the bodies that it lacks are written', async (t) => {
  const snapshot = await shop(t)
  const whole = encodeSnapshot(snapshot, null)
  const [changed, ...others] = snapshot.entries
  const base: Base = { manifest: whole.manifest, digests: new Set(digestsOf(others)) }
  const { parts } = encodeSnapshot(snapshot, base)
  const bodies = gunzipSync(Buffer.concat(parts))
    .toString()
    .split('\n')
    .slice(1 + snapshot.entries.length)
  assert.deepEqual(
    bodies.map((line) => line.split(' ')[0]),
    [changed!.digest],
  )
  const back = decoded(parts, base)
  assert.deepEqual(back.body(changed!.digest), snapshot.body(changed!.digest))
  assert.deepEqual(back.entries, snapshot.entries)
})

test('where the base is not kept, that is said instead of giving half a snapshot', async (t) => {
  const snapshot = await shop(t)
  const base: Base = { manifest: 'sha256:other', digests: new Set(digestsOf(snapshot.entries)) }
  assert.equal(decodeSnapshot(encodeSnapshot(snapshot, base).parts, NO_BASE), 'base-missing')
})

test('large handovers come in parts of at most 1 MiB', async (t) => {
  const snapshot = await shop(t)
  const [entry] = snapshot.entries
  const large = JSON.stringify({ noise: randomBytes(2_500_000).toString('base64') })
  const digest = `sha256:${createHash('sha256').update(large).digest('hex')}`
  const { parts } = encodeSnapshot(
    { ...snapshot, entries: [{ ...entry!, digest, statusDigest: null }], body: () => JSON.parse(large) },
    null,
  )
  assert.ok(parts.length >= 3, String(parts.length))
  for (const part of parts) assert.ok(part.byteLength <= 1024 * 1024)
  assert.equal(decoded(parts).entries.length, 1)
})

test('what was altered on the way is refused', async (t) => {
  const { parts } = encodeSnapshot(await shop(t), null)
  const invalid = { code: 'handover-invalid' }
  const alter = (change: (lines: string[]) => readonly string[]) => (): unknown =>
    decodeSnapshot(rewritten(parts, change), NO_BASE)
  assert.throws(
    alter((lines) => lines.map((line, at) => (at === lines.length - 1 ? line.replace(/"/, '" ') : line))),
    invalid,
  )
  assert.throws(
    alter((lines) => lines.slice(0, -1)),
    invalid,
  )
  assert.throws(
    alter((lines) => lines.slice(0, 3)),
    invalid,
  )
  assert.throws(
    alter((lines) => lines.with(0, '[]')),
    invalid,
  )
  assert.throws(
    alter((lines) => lines.with(0, lines[0]!.replace('"coverage":[', '"coverage":[7,'))),
    invalid,
  )
  assert.throws(
    alter((lines) => lines.with(1, '{"ref":1}')),
    invalid,
  )
  assert.throws(
    alter((lines) => lines.with(1, 'x')),
    invalid,
  )
  assert.throws(() => decodeSnapshot([Buffer.concat(parts).subarray(0, 200)], NO_BASE), invalid)
  assert.throws(() => decodeSnapshot([randomBytes(100)], NO_BASE), invalid)
  assert.throws(() => decodeSnapshot([], NO_BASE), invalid)
})

test('objects out of order, twice, no maps or too deep are refused', async (t) => {
  const snapshot = await shop(t)
  const { parts } = encodeSnapshot(snapshot, null)
  const invalid = (what: RegExp): object => ({ code: 'handover-invalid', message: what })
  assert.throws(
    () =>
      decodeSnapshot(
        rewritten(parts, (lines) => lines.with(1, lines[2]!).with(2, lines[1]!)),
        NO_BASE,
      ),
    invalid(/not in order/),
  )
  assert.throws(
    () =>
      decodeSnapshot(
        rewritten(parts, (lines) => lines.with(2, lines[1]!)),
        NO_BASE,
      ),
    invalid(/there twice/),
  )
  const [entry] = snapshot.entries
  const withBody = (text: string): unknown => {
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
    const one = { ...snapshot, entries: [{ ...entry!, digest, statusDigest: null }], text: () => text }
    return decodeSnapshot(encodeSnapshot(one, null).parts, NO_BASE)
  }
  assert.throws(() => withBody('[]'), invalid(/not a map/))
  assert.throws(() => withBody('null'), invalid(/not a map/))
  assert.throws(() => withBody('x'), invalid(/not JSON/))
  assert.throws(() => withBody(`{"a":${'['.repeat(300)}${']'.repeat(300)}}`), invalid(/too deeply/))
  assert.throws(() => withBody(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), { code: 'handover-invalid' })
  assert.ok(withBody(`{"a":${'['.repeat(150)}${']'.repeat(150)}}`))
})
