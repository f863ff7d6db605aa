import { digestOfText } from '../flux/digest.ts'
import { dig, digString, type Json } from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import { apiVersionOf } from './api-path.ts'
import type { ServedKind } from './discovery.ts'
import type { KubeApi } from './kube-api.ts'

/** Where the API server says which schemas it publishes, with a hash of each group version; undefined where it does not say. */
export async function readSchemas(api: KubeApi): Promise<Json | undefined> {
  const answer = await api.get('/openapi/v3')
  return answer.ok ? answer.value : undefined
}

/**
 * Tag over the published schemas of these kinds, in the versions that are read; null where not all of them are published. By a schema
 * an API server fills in defaults and drops unknown fields when it reads an object, so that another one changes objects that nobody
 * writes. Source: Kubernetes, OpenAPI v3 (since 1.24) and defaulting of custom resources.
 */
export function schemaSetOf(published: Json | null | undefined, kinds: readonly ServedKind[]): string | null {
  const versions = [...new Set(kinds.map(apiVersionOf))].sort(compareText)
  const hashes = versions.map((version) => [version, hashOf(dig(published, 'paths', `apis/${version}`))])
  return versions.length === 0 || hashes.some(([, hash]) => !hash) ? null : digestOfText(JSON.stringify(hashes))
}

function hashOf(path: Json | undefined): string | null {
  const address = digString(path, 'serverRelativeURL')
  return address === undefined ? null : (URL.parse(address, 'https://kubernetes')?.searchParams.get('hash') ?? null)
}
