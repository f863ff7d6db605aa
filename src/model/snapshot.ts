import type { ClusterName } from './cluster.ts'
import type { KindCoverage } from './coverage.ts'
import type { ErrorDocument } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Masked } from './mask.ts'
import type { ResourceRef } from './resource-ref.ts'

/** `sha256:<hex>` over the canonical JSON of a body. */
export type Digest = string

/** An object as a cluster or file gave it: NOT masked. It must not leave the collecting room. */
export type RawObject = JsonObject

/**
 * The desired state of one object, masked and reduced to what is compared; rooted at the object, so that JSON pointers into it
 * are pointers into the object:
 * - Flux kinds: every own field but apiVersion, kind, status; `metadata` holds only the labels and annotations that change behaviour;
 * - ConfigMap: `data` (with `binaryData` merged in), `immutable`; Secret: also `type`; keys that Flux reads as YAML are trees;
 * - FluxReport: nothing (its spec is current state and stands in the status body).
 */
export type ObjectBody = Masked<JsonObject>

/** Current state, masked and reduced to what is worth comparing; kept apart because it changes all the time. */
export type StatusBody = Masked<JsonObject>

/** One object in a snapshot; its bodies are found by digest. */
export type SnapshotEntry = {
  readonly ref: ResourceRef
  /** API version read, without the group: `v2`. */
  readonly version: string
  readonly uid: string | null
  readonly resourceVersion: string | null
  readonly digest: Digest
  readonly statusDigest: Digest | null
  /** All labels, scrubbed: for selectors and owners; not part of the digest. */
  readonly labels: Readonly<Record<string, string>>
  /** Set where the object was too deep or too large: identity is compared, content is not. */
  readonly limit: 'depth' | 'size' | null
  /**
   * Set where the unmasked object and what it refers to had something to tell: values that cannot be composed or are not those that the
   * controller took, variables with wrong names or none. Such an object is looked into even where it is the same on all clusters.
   */
  readonly noted?: true
  /** Set where reconciliation is suspended: when the controller last did anything with the object, empty where its status does not tell. */
  readonly suspended?: string
}

/** What became of an object that others refer to. `absent` is proven by a 404, the last three are not known. */
export type ReferenceState = 'present' | 'absent' | 'forbidden' | 'failed' | 'not-asked'

/** Why a ConfigMap or Secret is referred to: decides how it is read and what a change of it means. */
export type ReferenceUse =
  | 'values'
  | 'substitute'
  | 'kubeconfig'
  | 'credential'
  | 'verification'
  | 'copy'
  | 'checksum'
  | 'source'
  | 'dependency'
  | 'provider'
  | 'other'

/** An edge from a Flux object to an object that it names. */
export type Reference = {
  readonly from: ResourceRef
  /** Where it stands in `from`: `spec.valuesFrom[0]`. */
  readonly field: string
  readonly to: ResourceRef
  readonly use: ReferenceUse
  readonly optional: boolean
  /** Keys of `data` that are read as a YAML document; null: none. */
  readonly yamlKey: string | null
  readonly state: ReferenceState
}

export type ControllerFacts = {
  readonly name: string
  readonly namespace: string
  readonly version: string | null
  readonly image: string | null
  /** Arguments by flag name (`--watch-all-namespaces`), without those that differ by nature (addresses of events, storage). */
  readonly args: Readonly<Record<string, string>>
  readonly featureGates: Readonly<Record<string, boolean>>
}

export type InstallFacts = {
  /** Flux distribution, `v2.9.4`; null where it could not be found out. */
  readonly flux: string | null
  readonly operator: string | null
  readonly kubernetes: string | null
  readonly controllers: readonly ControllerFacts[]
  /** Set where the Deployments of Flux were listed in all namespaces, so that there are no other controllers. */
  readonly allControllers?: true | undefined
}

/** Events of Flux objects, counted by object, type and reason: their texts and times always differ. */
export type EventCount = {
  readonly ref: ResourceRef
  readonly type: string
  readonly reason: string
  readonly count: number
}

export type ServedVersion = {
  readonly group: string
  readonly kind: string
  readonly version: string
  readonly served: readonly string[]
}

/** All of a snapshot but its objects. */
export type SnapshotHeader = {
  readonly id: string
  readonly cluster: ClusterName
  /** UID of the namespace kube-system: the identity of the cluster behind the name. Null for files and where it may not be read. */
  readonly uid: string | null
  readonly takenAt: string
  readonly engine: string
  /** `<mask version>:<key id>:<secretCompare>`: under another one, digests are not comparable. */
  readonly mask: string
  /** Keyed tag over the set of secret values that texts were scrubbed by: under another set, stored digests are not reused. */
  readonly secretSet: string
  /**
   * Tag over the schemas of the Flux kinds: under another one, an object can be another at the same resource version. Null where the API
   * server does not publish them, and for files.
   */
  readonly schemaSet: string | null
  readonly install: InstallFacts
  readonly served: readonly ServedVersion[]
  readonly coverage: readonly KindCoverage[]
  /** Set where the cluster could not be read at all; coverage and entries are then empty. */
  readonly error: ErrorDocument | null
  /** Namespaces asked for; null: the whole cluster. */
  readonly namespaces: readonly string[] | null
}

export type Snapshot = SnapshotHeader & {
  /** Sorted by `compareRefs`; each ref once. */
  readonly entries: readonly SnapshotEntry[]
  readonly references: readonly Reference[]
  /** Null where events were not asked for or not readable. */
  readonly events: readonly EventCount[] | null
  /** Gives a body by digest. Bodies of unchanged objects are read from history only when someone needs them. */
  readonly body: (digest: Digest) => ObjectBody
  /** The canonical JSON of a body where it is at hand, so that storing need not write it again. */
  readonly text?: (digest: Digest) => string | undefined
  /** Entries of an earlier snapshot that stand in `entries` as they are: storing finds those again at once. */
  readonly reused?: ReadonlyMap<string, SnapshotEntry> | null
}
