import { dig, digString, isJsonObject } from '../model/json.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { RawObject } from '../model/snapshot.ts'

/** Identity of an object by its own apiVersion, kind and metadata; parts that are missing are ''. Safe on any depth. */
export function refOf(raw: RawObject): ResourceRef {
  const { group } = splitApiVersion(digString(raw, 'apiVersion') ?? '')
  return {
    group,
    kind: digString(raw, 'kind') ?? '',
    namespace: digString(raw, 'metadata', 'namespace') ?? '',
    name: digString(raw, 'metadata', 'name') ?? '',
  }
}

/** `apps/v1` is version v1 of the group apps; `v1` is of the core group ''. */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

export function versionOf(raw: RawObject): string {
  return splitApiVersion(digString(raw, 'apiVersion') ?? '').version
}

export function uidOf(raw: RawObject): string | null {
  return digString(raw, 'metadata', 'uid') ?? null
}

export function resourceVersionOf(raw: RawObject): string | null {
  return digString(raw, 'metadata', 'resourceVersion') ?? null
}

/** The labels whose values are texts, unscrubbed. */
export function labelsOf(raw: RawObject): Record<string, string> {
  const labels = dig(raw, 'metadata', 'labels')
  if (!isJsonObject(labels)) return {}
  const texts = Object.entries(labels).filter((label): label is [string, string] => typeof label[1] === 'string')
  return Object.fromEntries(texts)
}
