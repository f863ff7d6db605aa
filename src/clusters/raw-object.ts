import { splitApiVersion } from '../flux/identity.ts'
import { dig, digString, isJsonObject, setOwn } from '../model/json.ts'
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
  const texts: Record<string, string> = {}
  if (!isJsonObject(labels)) return texts
  for (const key of Object.keys(labels)) {
    const value = labels[key]
    if (typeof value === 'string') setOwn(texts, key, value)
  }
  return texts
}
