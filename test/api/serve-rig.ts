import type { TestContext } from 'node:test'
import { createService } from '../../src/service/create-service.ts'
import { rigFor, type Rig, type RigOptions } from '../service/service-rig.ts'
import { serveApi, type ServedApi, type ServeOptions } from './serve-api.ts'

export type ServedRig = { readonly api: ServedApi; readonly rig: Rig }

/** The real service over HTTP. Whoever waits for work does it meanwhile, so that waiting ends with the work and not by the clock. */
export async function serveRig(t: TestContext, options: RigOptions, serving: ServeOptions = {}): Promise<ServedRig> {
  const rig = await rigFor(t, options)
  const service = createService({
    ...rig.ports,
    wait: async (_ms, signal) => {
      if (!signal.aborted) await rig.work()
    },
  })
  return { rig, api: await serveApi(service, serving, t) }
}
