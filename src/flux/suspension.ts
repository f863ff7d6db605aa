import { dig, digArray, digString } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import { refOf } from './identity.ts'

/** Groups whose kinds are suspended by the annotation `<group>/reconcile: disabled`, in any case, instead of `spec.suspend`. */
const BY_ANNOTATION = new Set(['fluxcd.controlplane.io', 'source.extensions.fluxcd.io'])
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

export function isSuspended(raw: RawObject): boolean {
  if (dig(raw, 'spec', 'suspend') === true) return true
  const { group } = refOf(raw)
  if (!BY_ANNOTATION.has(group)) return false
  return digString(raw, 'metadata', 'annotations', `${group}/reconcile`)?.toLowerCase() === 'disabled'
}

/**
 * When the controller last did anything with a suspended object, as its conditions and history tell: Flux does not write when an object was
 * suspended, but it was not before. The empty text where the status tells no time; null where the object is not suspended.
 */
export function lastActiveOf(raw: RawObject): string | null {
  if (!isSuspended(raw)) return null
  const conditions = digArray(raw, 'status', 'conditions').map((entry) => digString(entry, 'lastTransitionTime'))
  const history = digArray(raw, 'status', 'history').flatMap((entry) => [
    digString(entry, 'lastReconciled'),
    digString(entry, 'lastDeployed'),
  ])
  const times = [...conditions, ...history].filter((time) => time !== undefined && TIME.test(time))
  return times.reduce((latest: string, time) => (time! > latest ? time! : latest), '')
}
