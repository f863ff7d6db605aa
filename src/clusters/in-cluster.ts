import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import type { Environment, KubeconfigEntry } from './kubeconfig-file.ts'

/** Name of the context for the cluster that the process runs in. */
export const IN_CLUSTER = 'in-cluster'

/** Where Kubernetes mounts the credentials of a pod. */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The service account of the pod as kubeconfig entries. Source: k8s.io/client-go/rest InClusterConfig. */
export function readInCluster(
  folder: string,
  env: Environment,
): Record<'context' | 'cluster' | 'user', KubeconfigEntry> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  const namespace = readNamespace(folder)
  const entry = (fields: KubeconfigEntry['fields']): KubeconfigEntry => ({
    name: IN_CLUSTER,
    fields,
    file: folder,
    folder,
    line: 1,
  })
  return {
    context: entry({ cluster: IN_CLUSTER, user: IN_CLUSTER, ...(namespace === null ? {} : { namespace }) }),
    cluster: entry({
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      'certificate-authority': `${folder}/ca.crt`,
    }),
    user: entry({ tokenFile: `${folder}/token` }),
  }
}

function readNamespace(folder: string): string | null {
  try {
    return readFileSync(`${folder}/namespace`, 'utf8').trim()
  } catch {
    return null
  }
}
