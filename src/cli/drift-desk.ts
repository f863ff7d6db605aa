import type { ServiceClient } from '../app/remote/service-client.ts'
import { AppError } from '../model/errors.ts'
import { driftKinds } from '../service/kind-names.ts'
import type { DriftState } from '../service/ledger/ledger.ts'
import type { DriftRecord } from '../service/ledger/ledger-store.ts'
import { toldDrift, toldView, type ToldDrift, type ToldDriftView } from '../service/ledger/told-drift.ts'
import type { History } from '../service/ports.ts'
import type { Page, PageRequest } from '../service/runs.ts'
import type { DriftNoting, DriftQuery } from '../service/service.ts'

/** Where the ledger is: a history of the command line, or a service. */
export type DriftDesk = {
  readonly list: (query: DriftQuery, page: PageRequest) => Promise<Page<ToldDrift>>
  readonly show: (id: string) => Promise<ToldDriftView>
  readonly note: (id: string, noting: DriftNoting) => Promise<ToldDriftView>
}

const EVERYTHING = { definitions: null, namespaces: null }

/** The ledger of a history; `by` is who makes notes. Ids may be shortened. */
export function localDesk(history: History, by: string): DriftDesk {
  const view = (record: DriftRecord): ToldDriftView => toldView(record, history.driftTimeline(record.id))
  return {
    list: async ({ kind, ...query }, page) => {
      const filter = { ...query, kinds: kind === null ? null : driftKinds(kind) }
      const { items, next } = history.driftPage(filter, EVERYTHING, page)
      return { items: items.map(toldDrift), next }
    },
    show: async (id) => view(history.driftRecord(wholeId(history, id))!),
    note: async (id, noting) => {
      const note = { ...noting, by }
      return view(history.noteDrift(wholeId(history, id), note, new Date().toISOString())!)
    },
  }
}

function wholeId(history: History, beginning: string): string {
  const [first, second] = beginning === '' ? [] : history.driftIds(beginning)
  const hint = 'Ids stand in: flux-compare drift list --state all'
  if (first === undefined) throw new AppError('input-invalid', `there is no drift ${beginning}`, { hint })
  if (second === undefined || first === beginning) return first
  throw new AppError('input-invalid', `${beginning} is the beginning of more than one id, among them ${first}`, {
    hint,
  })
}

/** The ledger of a service, whose access rules hold. */
export function remoteDesk(client: ServiceClient): DriftDesk {
  const path = (id: string): string => `/drift/${encodeURIComponent(id)}`
  return {
    list: async ({ states, ...query }, { limit, cursor }) => {
      const asked = Object.entries({ ...query, continue: cursor }).filter(([, value]) => value !== null)
      const parameters = { ...Object.fromEntries(asked), ...stateOf(states), limit: String(limit) }
      const page = await client.get<{ items: readonly ToldDrift[]; continue: string | null }>('/drift', parameters)
      return { items: page.items, next: page.continue }
    },
    show: (id) => client.get(path(id)),
    note: (id, noting) => {
      const { do: what, ...body } = noting
      return client.post(`${path(id)}/${CALLS[what]}`, body)
    },
  }
}

const CALLS = { acknowledge: 'ack', unacknowledge: 'unack', mute: 'mute', unmute: 'unmute' } as const

function stateOf(states: readonly DriftState[]): Record<string, string> {
  if (states.length === 0) return { state: 'all' }
  return states.length === 1 ? { state: states[0]! } : {}
}
