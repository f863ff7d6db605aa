import { stringify } from 'yaml'

export type KubeconfigEntry = {
  readonly cluster: string
  readonly url: string
  readonly ca: string
  readonly user: string
  readonly credentials: Credentials
}

export type Credentials = { readonly token: string } | { readonly cert: string; readonly key: string }

/** A kubeconfig as kubectl writes it, with everything embedded: per entry a cluster, a user and a context named like the cluster. */
export function kubeconfigOf(entries: readonly KubeconfigEntry[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map(({ cluster, url, ca }) => ({
      name: cluster,
      cluster: { server: url, 'certificate-authority-data': base64(ca) },
    })),
    users: entries.map((entry) => ({ name: userNameOf(entry), user: userOf(entry.credentials) })),
    contexts: entries.map((entry) => ({
      name: entry.cluster,
      context: { cluster: entry.cluster, user: userNameOf(entry) },
    })),
    'current-context': entries[0]?.cluster ?? '',
  })
}

function userNameOf({ user, cluster }: KubeconfigEntry): string {
  return `${user}@${cluster}`
}

function userOf(credentials: Credentials): object {
  if ('token' in credentials) return { token: credentials.token }
  return { 'client-certificate-data': base64(credentials.cert), 'client-key-data': base64(credentials.key) }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
