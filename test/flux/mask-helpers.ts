import { createFingerprintKey } from '../../src/flux/fingerprint.ts'
import { createMasker, type Masker } from '../../src/flux/mask-object.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import type { SecretCompare } from '../../src/model/mask.ts'
import type { ResourceRef } from '../../src/model/resource-ref.ts'

export const KEY = createFingerprintKey(Buffer.from('0123456789abcdef0123456789abcdef'))

export const RELEASE: ResourceRef = {
  group: 'helm.toolkit.fluxcd.io',
  kind: 'HelmRelease',
  namespace: 'apps',
  name: 'backend',
}
export const CONFIG: ResourceRef = { group: '', kind: 'ConfigMap', namespace: 'apps', name: 'settings' }
export const SECRET: ResourceRef = { group: '', kind: 'Secret', namespace: 'apps', name: 'credentials' }

export function masker(secrets: SecretCompare = 'equality'): Masker {
  return createMasker({ key: KEY, secrets })
}

/** A masker that has read one Secret with these values. */
export function maskerKnowing(values: Record<string, string>): Masker {
  const made = masker()
  made.learn(secretOf(values))
  return made
}

export function secretOf(values: Record<string, string>): JsonObject {
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]))
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials', namespace: 'apps' }, data }
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** The mask that a value must get, with what of it is shown. */
export function hmac(value: Json, text?: string): JsonObject {
  const masked = masker().fingerprint(value)
  return text === undefined ? { masked } : { masked, text }
}

/** The value that masking leaves of `value` under `spec.values.<key>` of a HelmRelease. */
export function underKey(key: string, value: Json, by: Masker = masker()): Json | undefined {
  const body = by.maskBody({ spec: { values: { [key]: value } } }, RELEASE)
  return Object.values((body['spec'] as { values: JsonObject }).values)[0]
}
