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
  const { ready, pagesOf } = inOrder(requests)
  const ask = async ({ path, query, accept }: Asked): Promise<void> => {
    const parameters = new URLSearchParams(query).toString()
    const headers = { authorization, accept, 'accept-encoding': 'gzip' }
    const answer = await request(`${url}${path}${parameters === '' ? '' : `?${parameters}`}`, { dispatcher, headers })
    const body = Buffer.from(await answer.body.arrayBuffer())
    const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
    JSON.parse(text)
  }
  const begin = async (asked: Asked): Promise<void> => {
    for (let next: Asked | undefined = asked; next !== undefined; next = pagesOf.get(next.path)?.shift()) {
      // The token of the next page stands in this one: no client can ask for it before.
      await ask(next)
    }
  }
  const worker = async (): Promise<void> => {
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) await begin(next)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  await dispatcher.close()
}

type Asked = Served['requests'][number]

/** What can be asked for at once, long lists first, and the further pages of each list in their order. */
function inOrder(requests: readonly Asked[]): {
  readonly ready: Asked[]
  readonly pagesOf: ReadonlyMap<string, Asked[]>
} {
  const pagesOf = new Map<string, Asked[]>()
  for (const asked of requests) {
    if (asked.query['continue'] !== undefined) pagesOf.set(asked.path, [...(pagesOf.get(asked.path) ?? []), asked])
  }
  const ready = requests.filter(({ query }) => query['continue'] === undefined)
  const length = ({ path }: Asked): number => pagesOf.get(path)?.length ?? 0
  return { ready: ready.toSorted((one, other) => length(other) - length(one)), pagesOf }
}
