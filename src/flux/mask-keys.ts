import { NEEDLE_HIT, type NeedleIndex } from './needle-index.ts'
import { blankShapes } from './secret-shapes.ts'
import { scrubWith } from './scrub.ts'
import { keyFacts, type KeyFacts } from './sensitive-keys.ts'

/** A key of a map with all that masking needs to know of it; made once per key and run. */
export type KnownKey = KeyFacts & {
  /** The key itself, or what stands for it where it holds a secret. */
  readonly shown: string
  /** Its values are names: no secret is searched for in them where the API's own fields stand. */
  readonly identity: boolean
  /** Below it stands content of users (values, patches, manifests), in which a `name` is any text. */
  readonly free: boolean
  /** What its siblings say decides about its value: see mask-siblings.ts. */
  readonly sibling: boolean
}

const IDENTITY = /(?:name|namespace|kind|apiversion|digest|revision|valueskey)$/i
const FREE = new Set([
  'values',
  'substitute',
  'patches',
  'postRenderers',
  'inputs',
  'defaultValues',
  'exportedInputs',
  'data',
])
const SIBLING = new Set(['value', 'data', 'stringData', 'patch', 'secretKey', 'address'])

/** At most so many keys are remembered: keys come from clusters, and a fleet of them may have millions. */
const REMEMBERED = 50_000

/** `keyFacts`, worked out once for each key. */
export function rememberKeyFacts(): (key: string) => KeyFacts {
  const known = new Map<string, KeyFacts>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= REMEMBERED) known.clear()
    const made = keyFacts(key)
    known.set(key, made)
    return made
  }
}

/** `rename` gives the end of a key that had to be blanked, so that two of them stay two. */
export function createKeyBook(index: NeedleIndex, rename: (key: string) => string): (key: string) => KnownKey {
  const known = new Map<string, KnownKey>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= REMEMBERED) known.clear()
    const made: KnownKey = {
      ...keyFacts(key),
      shown: showKey(index, key, rename),
      identity: IDENTITY.test(key),
      free: FREE.has(key),
      sibling: SIBLING.has(key),
    }
    known.set(key, made)
    return made
  }
}

function showKey(index: NeedleIndex, key: string, rename: (key: string) => string): string {
  const hits = index.scan(key)
  if (hits === 0) return key
  const shown = blankShapes((hits & NEEDLE_HIT) === 0 ? key : scrubWith(index, key))
  return shown === key ? key : `${shown}#${rename(key)}`
}
