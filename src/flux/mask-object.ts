import { digString, isJsonObject, setOwn, type Json, type JsonObject } from '../model/json.ts'
import type { Masked, SecretCompare } from '../model/mask.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { ObjectBody, RawObject, StatusBody } from '../model/snapshot.ts'
import { createFingerprint, keyedTag, type Fingerprint, type FingerprintKey } from './fingerprint.ts'
import { createKeyBook, rememberKeyFacts } from './mask-keys.ts'
import { FREE, PROVIDER, type MaskRun, type Place } from './mask-run.ts'
import { maskSecret } from './mask-secret.ts'
import { maskTree } from './mask-tree.ts'
import { createNeedleIndex } from './needle-index.ts'
import { scrubFreeText } from './scrub.ts'
import { needleForms, secretTexts } from './secret-values.ts'
import { SHAPE_STEMS } from './secret-shapes.ts'
import { isSecretText } from './sensitive-values.ts'

/** Raised whenever the same object could be masked differently: stored digests of another version are not reused. */
export const MASK_VERSION = '1'

/**
 * Masks what one side holds. First `learn` every Secret, then mask: what is masked before a Secret is learned is not searched for
 * its values. Raw values live only as long as the masker.
 */
export type Masker = {
  /** `<mask version>:<key id>:<secrets>`, as `SnapshotHeader.mask`. */
  readonly id: string
  readonly fingerprint: Fingerprint
  /** Remembers the values of a Secret as the API gives it, well-formed or not, to blank them wherever else they stand. Costs nothing the second time. */
  readonly learn: (secret: RawObject) => void
  /** A keyed tag over the set of learned values: equal for equal sets, whatever the order of learning. */
  readonly secretSet: () => string
  /** Body of a Flux object or ConfigMap; what is of kind Secret by `ref` or by its own word is masked as one. */
  readonly maskBody: (body: JsonObject, ref: ResourceRef) => ObjectBody
  readonly maskStatus: (status: JsonObject, ref: ResourceRef) => StatusBody
  /** Body of a Secret, values in base64 as the API gives them; `yamlKeys`: keys of `data` that Flux reads as YAML. */
  readonly maskSecretBody: (body: JsonObject, yamlKeys: ReadonlySet<string>) => ObjectBody
  readonly scrubLabels: (labels: Readonly<Record<string, string>>) => Record<string, string>
  /** Free text without secrets; `***` stands for each. */
  readonly scrubText: (text: string) => string
}

export type MaskerOptions = { readonly key: FingerprintKey; readonly secrets: SecretCompare }

/** A masker without learned values. `presence` and `off` make masks that say only that there is a value. */
export function createMasker({ key, secrets }: MaskerOptions): Masker {
  const fingerprint = createFingerprint(key)
  const learned = new Set<string>()
  const done = new WeakSet<RawObject>()
  const facts = rememberKeyFacts()
  let current: MaskRun | null = null
  const run = (): MaskRun => (current ??= createRun(learned, { fingerprint, secrets }))
  const mask = (body: JsonObject, place: Place): Masked<JsonObject> => branded(maskTree(run(), body, place, ''))
  const secret = (body: JsonObject, yamlKeys: ReadonlySet<string>): ObjectBody =>
    branded(maskSecret(run(), body, yamlKeys))
  return {
    id: `${MASK_VERSION}:${key.id}:${secrets}`,
    fingerprint,
    learn: (object) => {
      if (done.has(object)) return
      done.add(object)
      current = null
      for (const text of secretTexts(object, facts)) learned.add(text)
    },
    secretSet: () => keyedTag(key, 'secret-set', JSON.stringify([...learned].sort())),
    maskBody: (body, ref) =>
      isSecretKind(body, ref) ? secret(body, new Set()) : mask(withoutSops(body, ref), placeOf(ref)),
    maskStatus: (status, ref) => mask(status, placeOf(ref)),
    maskSecretBody: secret,
    scrubLabels: (labels) => scrubLabels(run(), labels),
    scrubText: (text) => scrubFreeText(run().index, text),
  }
}

/** The one place where the proof of masking is made. */
function branded(value: Json): Masked<JsonObject> {
  return (isJsonObject(value) ? value : {}) as Masked<JsonObject>
}

function createRun(
  learned: ReadonlySet<string>,
  options: { fingerprint: Fingerprint; secrets: SecretCompare },
): MaskRun {
  const { fingerprint, secrets } = options
  const index = createNeedleIndex([...learned].flatMap(needleForms), SHAPE_STEMS)
  const tag = (value: Json): string => (secrets === 'equality' ? fingerprint(value) : 'present')
  let renamed = 0
  const rename = (key: string): string => {
    renamed += 1
    return secrets === 'equality' ? fingerprint(key).split(':')[2]!.slice(0, 10) : String(renamed)
  }
  const run: MaskRun = {
    index,
    key: createKeyBook(index, rename),
    leaf: (value, text) => (text === undefined ? { masked: tag(value) } : { masked: tag(value), text }),
    walk: (value, place, key) => maskTree(run, value, place, key),
  }
  return run
}

function isSecretKind(body: JsonObject, ref: ResourceRef): boolean {
  return (ref.kind === 'Secret' && ref.group === '') || digString(body, 'kind') === 'Secret'
}

/** SOPS adds a block with changing signatures to what it encrypts; it says nothing of the content. */
function withoutSops(body: JsonObject, ref: ResourceRef): JsonObject {
  if (ref.kind !== 'ConfigMap' || !Object.hasOwn(body, 'sops')) return body
  const kept: Record<string, Json> = {}
  for (const key of Object.keys(body)) if (key !== 'sops') setOwn(kept, key, body[key]!)
  return kept
}

function placeOf(ref: ResourceRef): Place {
  if (ref.kind === 'ResourceSet') return FREE
  return ref.kind === 'Provider' ? PROVIDER : 0
}

/** Labels that name the owner of an object are identity: an owner under another name would not be found. */
const OWNER_LABEL = /\/(?:name|namespace)$/

function scrubLabels(run: MaskRun, labels: Readonly<Record<string, string>>): Record<string, string> {
  const scrubbed: Record<string, string> = {}
  for (const key of Object.keys(labels)) {
    const value = labels[key]!
    setOwn(scrubbed, key, OWNER_LABEL.test(key) ? value : scrubLabel(run, key, value))
  }
  return scrubbed
}

function scrubLabel(run: MaskRun, key: string, value: string): string {
  const { level } = run.key(key)
  return level >= 3 && isSecretText(level, value) ? '***' : scrubFreeText(run.index, value)
}
