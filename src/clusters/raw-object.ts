import { splitApiVersion } from '../flux/identity.ts'
import { dig, digString, isJsonObject } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'

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
