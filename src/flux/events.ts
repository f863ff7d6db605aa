import { dig, digString, own, type Json } from '../model/json.ts'
import { compareRefs, compareText, refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { EventCount, RawObject } from '../model/snapshot.ts'
import { splitApiVersion } from './identity.ts'
import { FLUX_KINDS, isFluxGroup } from './kinds.ts'

const GROUPS = new Map(FLUX_KINDS.map((known) => [known.kind, known.group]))

/**
 * Counts events of Flux objects by object, type and reason, sorted; texts and times are left out, because they always differ.
 * Takes events of `v1` and of `events.k8s.io/v1`; one that stands for several (`series.count`, `count`) counts as many.
 */
export function countEvents(events: RawObject[]): EventCount[] {
  const counts = new Map<string, EventCount>()
  for (const event of events) {
    const ref = involved(event)
    if (!ref) continue
    const type = digString(event, 'type') ?? ''
    const reason = digString(event, 'reason') ?? ''
    const key = `${refKey(ref)}/${type}/${reason}`
    counts.set(key, { ref, type, reason, count: (counts.get(key)?.count ?? 0) + timesOf(event) })
  }
  return [...counts.values()].sort(
    (a, b) => compareRefs(a.ref, b.ref) || compareText(a.type, b.type) || compareText(a.reason, b.reason),
  )
}

function involved(event: RawObject): ResourceRef | null {
  const object = own(event, 'involvedObject') ?? own(event, 'regarding')
  const kind = digString(object, 'kind')
  const name = digString(object, 'name')
  if (!kind || !name) return null
  const group = groupOf(object, kind)
  if (group === undefined || !isFluxGroup(group)) return null
  const namespace = digString(object, 'namespace') ?? digString(event, 'metadata', 'namespace') ?? ''
  return { group, kind, namespace, name }
}

function groupOf(object: Json | undefined, kind: string): string | undefined {
  const apiVersion = digString(object, 'apiVersion')
  return apiVersion ? splitApiVersion(apiVersion).group : GROUPS.get(kind)
}

function timesOf(event: RawObject): number {
  const counts = [dig(event, 'series', 'count'), own(event, 'count'), own(event, 'deprecatedCount')]
  const count = counts.find((value): value is number => typeof value === 'number' && value > 0)
  return count ?? 1
}
