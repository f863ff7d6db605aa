import { installFacts } from '../flux/install.ts'
import { digString, type Json } from '../model/json.ts'
import type { InstallFacts, RawObject } from '../model/snapshot.ts'
import { DEPLOYMENT } from './api-path.ts'
import type { KubeApi } from './kube-api.ts'
import { readList, type ListResult } from './read-list.ts'
import type { TakenObject } from './take-object.ts'

const FLUX_SYSTEM = 'flux-system'

/**
 * The Deployments of Flux, by the label that `flux install` and the Flux Operator set; where the whole cluster may not be
 * listed, those of flux-system.
 */
export async function readControllers(api: KubeApi): Promise<ListResult> {
  const list = (namespace: string | null): Promise<ListResult> =>
    readList(
      api,
      {
        resource: DEPLOYMENT,
        namespace,
        query: { labelSelector: 'app.kubernetes.io/part-of=flux' },
        progress: () => undefined,
      },
      (object) => object,
    )
  const everywhere = await list(null)
  return everywhere.scope.status === 'forbidden' ? list(FLUX_SYSTEM) : everywhere
}

/** `gitVersion` of GET /version; null where it was not answered. */
export async function readVersion(api: KubeApi): Promise<string | null> {
  const value = await readOptional(api, '/version')
  return digString(value, 'gitVersion') ?? null
}

/** UID of the namespace kube-system, which stands for the identity of the cluster; null where it may not be read. */
export async function readClusterUid(api: KubeApi): Promise<string | null> {
  const value = await readOptional(api, '/api/v1/namespaces/kube-system')
  return digString(value, 'kind') === 'Namespace' ? (digString(value, 'metadata', 'uid') ?? null) : null
}

async function readOptional(api: KubeApi, path: string): Promise<Json | undefined> {
  const answer = await api.get(path)
  return answer.ok ? answer.value : undefined
}

export type InstallInput = {
  readonly objects: readonly TakenObject[]
  readonly controllers: ListResult
  readonly kubernetes: string | null
}

export function installOf({ objects, controllers, kubernetes }: InstallInput): InstallFacts {
  const ofKind = (kind: string): RawObject[] => objects.filter(({ ref }) => ref.kind === kind).map(({ raw }) => raw())
  const facts = installFacts({
    instances: ofKind('FluxInstance'),
    reports: ofKind('FluxReport'),
    deployments: [...controllers.objects],
    kubernetes,
  })
  const { status, namespace } = controllers.scope
  return status === 'complete' && namespace === null ? { ...facts, allControllers: true } : facts
}
