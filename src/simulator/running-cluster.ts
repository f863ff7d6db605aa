import type { Socket } from 'node:net'
import { DEFAULT_RESOURCES, keyOf, servedResources, type ApiResource, type CustomResources } from './api-resources.ts'
import { createAuthority, type Authority, type Certificate } from './certificates.ts'
import { createFaults } from './faults.ts'
import { goJson, textAt, mapAt, type ValueMap } from './go-json.ts'
import type { SimulatedUser } from './identities.ts'
import { kubeconfigOf, type Credentials, type KubeconfigEntry } from './kubeconfig.ts'
import { loadFolder, type LoadedObject } from './load-objects.ts'
import { createObjectStore, type ObjectStore } from './object-store.ts'
import { createRequestHandler } from './request-handler.ts'
import { startSecureServer, type SecureServer } from './secure-server.ts'
import type { RequestRecord, RunningCluster, SimulatedCluster } from './simulated-cluster.ts'

const DEFAULT_KUBERNETES = 'v1.36.2'
const ADMIN: SimulatedUser = { name: 'admin', groups: ['system:masters'] }

type UserOnCluster = SimulatedUser & { readonly credentials: Credentials }

/** The running cluster, and what a kubeconfig says of it for its first user. */
export type StartedCluster = { readonly running: RunningCluster; readonly entry: KubeconfigEntry }

/** Loads a cluster's objects and serves them over HTTPS on a free port. */
export async function startCluster(cluster: SimulatedCluster, host: string): Promise<StartedCluster> {
  const store = createObjectStore(cluster.name, knownResources(cluster.crds), loadAll(cluster))
  const authority = createAuthority(`${cluster.name}-ca`)
  const clientAuthority = createAuthority(`${cluster.name}-client-ca`)
  const users = usersOf(cluster, clientAuthority)
  const records: RequestRecord[] = []
  let faultFor = createFaults(cluster.faults ?? [])
  let carrierOf: (socket: Socket) => Socket | undefined = () => undefined
  const listener = createRequestHandler({
    api: apiOf(cluster, store),
    users,
    faultFor: (subject) => faultFor(subject),
    record: (entry) => records.push(entry),
    carrierOf: (socket) => carrierOf(socket),
  })
  const server = await startSecureServer({
    ...serverCertificate(cluster, authority),
    host,
    clientCa: clientAuthority.cert,
    listener,
  })
  carrierOf = (socket) => server.carrierOf(socket)
  const url = `https://127.0.0.1:${server.port}`
  const entryFor = (name: string): KubeconfigEntry => {
    const { credentials } = findUser(name, users, cluster.name)
    return { cluster: cluster.name, url, ca: authority.cert, user: name, credentials }
  }
  const running: RunningCluster = {
    name: cluster.name,
    url,
    port: server.port,
    ca: authority.cert,
    uid: uidOfCluster(store),
    kubeconfigFor: (user) => kubeconfigOf([entryFor(user)]),
    ...observation(records, server),
    apply: (object) => store.apply(object),
    remove: (ref) => store.remove(ref),
    setDefaults: (kind, spec) => store.setDefaults(kind, spec),
    compact: () => store.compact(),
    setFaults(faults) {
      faultFor = createFaults(faults)
    },
    stop: () => server.close(),
  }
  return { running, entry: entryFor(users[0]!.name) }
}

function observation(
  records: RequestRecord[],
  server: SecureServer,
): Pick<RunningCluster, 'requests' | 'countByVerb' | 'connections' | 'resetRequests'> {
  return {
    requests: () => records,
    countByVerb: () => countByVerb(records),
    connections: () => server.connections(),
    resetRequests() {
      records.length = 0
      server.resetConnections()
    },
  }
}

function apiOf(cluster: SimulatedCluster, store: ObjectStore): Parameters<typeof createRequestHandler>[0]['api'] {
  const crds = cluster.crds ?? {}
  return {
    store,
    discovery: {
      resources: servedResources(crds),
      crds,
      kubernetes: cluster.kubernetes ?? DEFAULT_KUBERNETES,
      legacy: cluster.legacyDiscovery ?? false,
      schemas: (cluster.openApi ?? true) ? (resource) => goJson(store.defaults(resource)) : null,
    },
    maxPageSize: cluster.maxPageSize ?? Infinity,
    tokensExpire: cluster.continueTokensExpire ?? false,
    metadataAlone: cluster.metadataAlone ?? true,
  }
}

/** Resources whose objects may stand in the folders: also those that `omit` keeps from being served. */
function knownResources(crds: CustomResources = {}): readonly ApiResource[] {
  return servedResources(crds.add === undefined ? {} : { add: crds.add })
}

function loadAll(cluster: SimulatedCluster): LoadedObject[] {
  const inMemory = (cluster.objects ?? []).map((object, index) => ({
    object: object as ValueMap,
    from: `objects[${index}] of ${cluster.name}`,
  }))
  return [...cluster.folders.flatMap(loadFolder), ...inMemory]
}

function usersOf(cluster: SimulatedCluster, authority: Authority): UserOnCluster[] {
  return (cluster.users?.length ? cluster.users : [ADMIN]).map((user) => {
    if (user.clientCertificate === true) {
      return { ...user, credentials: authority.issueClient(user.name, user.groups ?? []) }
    }
    const token = user.token ?? `token-of-${user.name}-on-${cluster.name}`
    return { ...user, token, credentials: { token } }
  })
}

function findUser(name: string, users: readonly UserOnCluster[], cluster: string): UserOnCluster {
  const user = users.find((entry) => entry.name === name)
  if (user === undefined) throw new Error(`the simulated cluster ${cluster} has no user ${name}`)
  return user
}

function serverCertificate(cluster: SimulatedCluster, authority: Authority): Certificate {
  const names = ['localhost', '127.0.0.1', ...(cluster.serverNames ?? [])]
  if (cluster.tls === 'wrong-host') return authority.issueServer(['elsewhere.invalid'])
  if (cluster.tls === 'foreign-ca') return createAuthority('foreign-ca').issueServer(names)
  return authority.issueServer(names, cluster.tls === 'expired')
}

function uidOfCluster(store: ObjectStore): string {
  const namespaces = DEFAULT_RESOURCES.find((entry) => keyOf(entry) === 'namespaces')!
  return textAt(mapAt(store.get(namespaces, 'kube-system')?.object ?? {}, 'metadata'), 'uid')
}

function countByVerb(records: readonly RequestRecord[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { verb } of records) counts[verb] = (counts[verb] ?? 0) + 1
  return counts
}
