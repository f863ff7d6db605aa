import { request as httpsRequest, type RequestOptions } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'yaml'
import type { RunningCluster } from '../../src/simulator/simulated-cluster.ts'

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
export type Ask = {
  readonly user?: string | null
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly options?: RequestOptions
}

type Kubeconfig = { users: { user: Record<string, string> }[] }

/** What a user of the cluster has to show: a bearer token or a client certificate. */
export function credentialsOf(cluster: RunningCluster, user: string): Record<string, string> {
  return (parse(cluster.kubeconfigFor(user)) as Kubeconfig).users[0]!.user
}

/** One request on a connection of its own. `user: null` shows no credentials; the default is `admin`. */
export async function ask(cluster: RunningCluster, path: string, ask: Ask = {}): Promise<Reply> {
  const shown = ask.user === null ? {} : credentialsOf(cluster, ask.user ?? 'admin')
  const headers = {
    ...(shown['token'] === undefined ? {} : { authorization: `Bearer ${shown['token']}` }),
    ...ask.headers,
  }
  const certificate =
    shown['client-certificate-data'] === undefined
      ? {}
      : { cert: decode(shown['client-certificate-data']), key: decode(shown['client-key-data'] ?? '') }
  const options = { ca: cluster.ca, agent: false, method: ask.method ?? 'GET', headers, ...certificate, ...ask.options }
  return await new Promise((resolve, reject) => {
    const outgoing = httpsRequest(`${cluster.url}${path}`, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

export type List = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly continue?: string
    readonly remainingItemCount?: number
    readonly resourceVersion: string
  }
  readonly items: readonly Item[]
}
export type Item = {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion: string }
}

export async function askList(cluster: RunningCluster, path: string, options: Ask = {}): Promise<List> {
  return JSON.parse((await ask(cluster, path, options)).body.toString()) as List
}

/** `namespace/name` of every item. */
export function namesIn(list: List): string[] {
  return list.items.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}
