import { createHash } from 'node:crypto'
import type { SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { configMap, helmRelease, secret } from '../clusters/support.ts'

/** What only namespace b holds: no answer for a caller of namespace a may have it in it. */
export const PLANTED = 'planted'

export type FleetOptions = {
  readonly replicas?: number
  readonly password?: string
  /** How many objects namespace b holds. */
  readonly foreign?: number
}

/** As helm-controller leaves it: with a digest of the values, which the password is one of. */
function release(password: string, spec: object): object {
  const configDigest = `sha256:${createHash('sha256').update(password).digest('hex')}`
  const history = [{ chartName: 'shop', chartVersion: '1.0.0', configDigest, name: 'shop', version: 1 }]
  const status = { observedGeneration: 1, lastAttemptedConfigDigest: configDigest, history }
  return { ...helmRelease('shop', 'a', spec), status }
}

/** Namespace a: a HelmRelease with its values. Namespace b: as many as wanted, and a reference that leads nowhere. */
export function fleetCluster(name: string, options: FleetOptions = {}): SimulatedCluster {
  const { replicas = 1, password = 'hunter2', foreign = 1 } = options
  const objects = [
    release(password, {
      values: { replicas },
      valuesFrom: [
        { kind: 'ConfigMap', name: 'shop-values' },
        { kind: 'Secret', name: 'shop-secret', valuesKey: 'password', targetPath: 'db.password' },
      ],
    }),
    configMap('shop-values', 'a', { 'values.yaml': `replicas: ${replicas}\n` }),
    secret('shop-secret', 'a', { password }),
    ...Array.from({ length: foreign }, (_, index) =>
      helmRelease(`${PLANTED}-${index}`, 'b', {
        values: { replicas, team: PLANTED },
        valuesFrom: [{ kind: 'ConfigMap', name: `${PLANTED}-missing` }],
      }),
    ),
  ]
  return { name, folders: [], objects }
}
