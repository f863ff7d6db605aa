import { digString } from '../model/json.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { RawObject } from '../model/snapshot.ts'

/** `helm.toolkit.fluxcd.io/v2` as group and version; the group of `v1` is ''. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** Identity of an object; parts that are missing or not text are ''. Items of core lists need apiVersion and kind added first. */
export function refOf(object: RawObject): ResourceRef {
  return {
    group: splitApiVersion(digString(object, 'apiVersion') ?? '').group,
    kind: digString(object, 'kind') ?? '',
    namespace: digString(object, 'metadata', 'namespace') ?? '',
    name: digString(object, 'metadata', 'name') ?? '',
  }
}
