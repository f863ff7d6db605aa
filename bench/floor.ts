import { gunzipSync } from 'node:zlib'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import type { Served } from './fleet-process.ts'

/**
 * The floor: these requests to both clusters by the leanest client, four connections each, bodies unpacked and parsed, and
 * thrown away. It knows the names of all references beforehand, but a further page of a list only when the one before it has come. Gives
 * milliseconds.
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
  const ready = inOrder(requests)
  const ask = async ({ path, query, accept }: Asked): Promise<string> => {
    const parameters = new URLSearchParams(query).toString()
    const headers = { authorization, accept, 'accept-encoding': 'gzip' }
    const answer = await request(`${url}${path}${parameters === '' ? '' : `?${parameters}`}`, { dispatcher, headers })
    const body = Buffer.from(await answer.body.arrayBuffer())
    const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
    const value = JSON.parse(text) as { readonly metadata?: { readonly continue?: string } }
    return value.metadata?.continue ?? ''
  }
  const begin = async (asked: Asked): Promise<void> => {
    let token = await ask(asked)
    while (token !== '') token = await ask({ ...asked, query: { ...asked.query, continue: token } })
  }
  const worker = async (): Promise<void> => {
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) await begin(next)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  await dispatcher.close()
}

type Asked = Served['requests'][number]

/** What can be asked for at once, long lists first; their further pages follow from the answers. */
function inOrder(requests: readonly Asked[]): Asked[] {
  const further = Map.groupBy(
    requests.filter(({ query }) => query['continue'] !== undefined),
    ({ path }) => path,
  )
  const length = ({ path }: Asked): number => further.get(path)?.length ?? 0
  return requests
    .filter(({ query }) => query['continue'] === undefined)
    .toSorted((one, other) => length(other) - length(one))
}
