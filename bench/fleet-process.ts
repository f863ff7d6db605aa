import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export type Served = {
  readonly url: string
  readonly ca: string
  readonly requests: readonly {
    readonly path: string
    readonly query: Readonly<Record<string, string>>
    readonly accept: string
  }[]
  readonly connections: { readonly total: number; readonly open: number; readonly most: number }
  readonly verbs: Readonly<Record<string, number>>
}

export type FleetProcess = {
  readonly kubeconfig: string
  /** What each cluster was asked since the last call. */
  readonly takeRequests: () => Promise<readonly Served[]>
  /** Changes the first `count` objects of both clusters, so that they differ between the two, and from any other `time`. */
  readonly change: (count: number, time: number) => Promise<void>
  readonly stop: () => void
}

/** Starts the simulated fleet (staging and production) in a process of its own. */
export async function startFleet(objects: number, references: number): Promise<FleetProcess> {
  const child = fork(new URL('serve-fleet.ts', import.meta.url), [String(objects), String(references)])
  const { kubeconfig } = (await answer(child)) as { kubeconfig: string }
  return {
    kubeconfig,
    takeRequests: async () => ((await ask(child, { do: 'requests' })) as { requests: Served[] }).requests,
    change: async (count, time) => void (await ask(child, { do: 'change', count, time })),
    stop: () => void child.send({ do: 'stop' }),
  }
}

async function ask(child: ChildProcess, order: object): Promise<unknown> {
  const reply = answer(child)
  child.send(order)
  return reply
}

async function answer(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown]
  return message
}
