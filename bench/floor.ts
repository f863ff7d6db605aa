import { gunzipSync } from 'node:zlib'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import type { Served } from './fleet-process.ts'

/**
 * The floor: the same requests to both clusters by the leanest client, four connections each, bodies unpacked and parsed, and
 * thrown away. Gives milliseconds.
 */
export async function runFloor(served: readonly Served[], kubeconfig: string): Promise<number> {
  const { users } = parse(kubeconfig) as { users: { user: { token: string } }[] }
  const start = performance.now()
  await Promise.all(served.map((cluster, index) => replay(cluster, users[index]!.user.token)))
  return performance.now() - start
}

async function replay({ url, ca, requests }: Served, token: string): Promise<void> {
  const dispatcher = new Agent({ connections: 4, connect: { ca } })
  const authorization = `Bearer ${token}`
  const queue = requests.map(({ path, query }) => {
    const parameters = new URLSearchParams(query).toString()
    return { target: `${url}${path}${parameters === '' ? '' : `?${parameters}`}`, accept: acceptOf(path) }
  })
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const headers = { authorization, accept: next.accept, 'accept-encoding': 'gzip' }
      const answer = await request(next.target, { dispatcher, headers })
      const body = Buffer.from(await answer.body.arrayBuffer())
      const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
      JSON.parse(text)
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  await dispatcher.close()
}

/** Discovery asks for all resources in one answer. */
function acceptOf(path: string): string {
  const json = 'application/json'
  return path === '/apis' ? `${json};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,${json}` : json
}
