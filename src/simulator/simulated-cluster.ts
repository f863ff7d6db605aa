import type { CustomResources } from './api-resources.ts'
import type { Fault } from './faults.ts'
import type { SimulatedUser } from './identities.ts'
import type { ObjectRef } from './object-store.ts'
import type { Connections } from './secure-server.ts'

export type SimulatedCluster = {
  /** Also the name of its context in the kubeconfig. */
  readonly name: string
  /** Folders of YAML files, read recursively. */
  readonly folders: readonly string[]
  /** Further objects, after those of the folders; a later object of the same name wins. */
  readonly objects?: readonly object[]
  /** gitVersion of /version; default v1.36.2. */
  readonly kubernetes?: string
  readonly crds?: CustomResources
  /** The first one is the user of the cluster's context; default: one admin. */
  readonly users?: readonly SimulatedUser[]
  readonly faults?: readonly Fault[]
  /** Only the older form of discovery, as before Kubernetes 1.26. */
  readonly legacyDiscovery?: boolean
  /** False: it does not publish the schemas of its kinds, as before Kubernetes 1.24. */
  readonly openApi?: boolean
  /** What the server certificate is; default `valid`. */
  readonly tls?: 'valid' | 'expired' | 'wrong-host' | 'foreign-ca'
  /** Further DNS names of a valid server certificate. */
  readonly serverNames?: readonly string[]
  /** Upper bound of a page, even where a client asks for more. */
  readonly maxPageSize?: number
  /** Every consistent continue token has expired when it comes back. */
  readonly continueTokensExpire?: boolean
  /** False: whole objects for those who ask for metadata, as a server that knows no such form. */
  readonly metadataAlone?: boolean
}

/** One request as it arrived. `status` is null where a fault kept the server from answering. */
export type RequestRecord = {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly accept: string
  /** Who the request acted as. */
  readonly user: string
  /** Who sent it, where it acted as somebody else. */
  readonly impersonatedBy: string | null
  readonly status: number | null
  /** As RBAC names it: get, list, watch, create, update, patch, delete, deletecollection; else the method. */
  readonly verb: string
  /** TCP connection, as `address:port` of the client. */
  readonly connection: string
}

export type RunningCluster = {
  readonly name: string
  readonly url: string
  readonly port: number
  /** PEM of the authority that a client should trust. */
  readonly ca: string
  /** UID of the namespace kube-system. */
  readonly uid: string
  /** A kubeconfig with this one cluster, for one of its users. */
  kubeconfigFor(user: string): string
  requests(): readonly RequestRecord[]
  countByVerb(): Record<string, number>
  connections(): Connections
  /** Forgets requests and connections counted so far. */
  resetRequests(): void
  /** Creates or replaces an object; its resourceVersion is new. */
  apply(object: object): void
  remove(ref: ObjectRef): void
  /** Another CRD of a kind: these fields of its spec have defaults now, also those of objects that nobody writes. */
  setDefaults(kind: Pick<ObjectRef, 'group' | 'kind'>, spec: object): void
  /** Forgets past revisions: their continue tokens expire. */
  compact(): void
  setFaults(faults: readonly Fault[]): void
  /** Stops listening: from now on the cluster refuses connections. */
  stop(): Promise<void>
}

export type SimulatorOptions = {
  readonly clusters: readonly SimulatedCluster[]
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string
}

export type Simulator = {
  /** Kubeconfig text with one context per cluster, in their order; the first is current. */
  readonly kubeconfig: string
  readonly clusters: ReadonlyMap<string, RunningCluster>
  close(): Promise<void>
}
