import type { KnownDocuments } from '../flux/embedded-document.ts'
import type { Fingerprint } from '../flux/fingerprint.ts'
import type { Json } from '../model/json.ts'

/**
 * One step from a tree to a part of it.
 * - `key`: a key of a map;
 * - `item`: the list item that has these fields (`[['name', 'web']]`); of a set-like list of scalars, the field is '' (`[=web]`);
 * - `index`: position in the `from` list, where items have no identity; the step of an item that only the target has is `added`,
 *   with its position there.
 */
export type Step =
  | { readonly key: string }
  | { readonly item: readonly (readonly [field: string, value: string])[] }
  | { readonly index: number }
  | { readonly added: number }

/** One leaf (scalar, mask, empty list or empty map) at which two trees differ, or one list (item) that only moved. */
export type LeafChange = {
  readonly steps: readonly Step[]
  /** For people: {@link steps} as text. */
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed' | 'moved'
  /** The value as it stands in the tree; undefined where there is none. For `moved`: the index of the item, or the order of the list. */
  readonly from: Json | undefined
  readonly to: Json | undefined
  /** RFC 6901, rooted at the object. Inside a document in a string, the pointer of that string. */
  readonly fromPointer: string | null
  readonly toPointer: string | null
  /** Path of the outermost list item or map that exists on one side only, where this leaf is part of one. */
  readonly within: string | null
}

/** A textual difference that means nothing, with the code of the rule (see equivalences.ts) and what exactly it did. */
export type Equivalent = {
  readonly path: string
  readonly because: string
  readonly detail: string
  readonly from: Json | undefined
  readonly to: Json | undefined
}

/**
 * A leaf of which nobody can say whether it differs: encrypted by SOPS, compared by presence only, a text of a Secret that is masked as a
 * whole on one side and as its tree on the other (`form`), or masked under another key.
 */
export type UnknownLeaf = {
  readonly path: string
  readonly steps: readonly Step[]
  readonly reason: 'sops' | 'presence' | 'form' | 'key'
  readonly fromPointer: string | null
  readonly toPointer: string | null
}

/** Each list is sorted by path. */
export type TreeDiff = {
  readonly changes: readonly LeafChange[]
  readonly equivalent: readonly Equivalent[]
  readonly unknown: readonly UnknownLeaf[]
}

/** What the meaning of a field depends on besides its path. */
export type TreeContext = {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  /** Where it is the same on both sides: defaults made from the name (`releaseName`) apply only then. */
  readonly name?: string
  /** Null where no key is at hand: a mask against a plain value is then unknown. */
  readonly fingerprint: Fingerprint | null
  /** Whether two reference names that differ name one object (generator hash suffixes), which is judged by its content. */
  readonly sameReference: (from: string, to: string) => boolean
  /** Keys of a Secret's data that only some of the clusters read as YAML: there, a mask of the whole and a tree can be the same text. */
  readonly readInTwoWays?: ReadonlySet<string>
  /** Filled with the documents found in strings; shared by comparisons that meet the same strings again, it saves reading them again. */
  readonly documents?: KnownDocuments
}
