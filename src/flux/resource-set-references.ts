import { digArray, digString, isJsonObject, own, type Json, type JsonObject } from '../model/json.ts'
import type { ReferenceUse } from '../model/snapshot.ts'
import { dataTarget, found, isNamespace, type Found } from './reference-finders.ts'

export type FoundAt = { readonly field: string; readonly found: Found }

const COPY = 'fluxcd.controlplane.io/copyFrom'
const CONVERT = 'fluxcd.controlplane.io/convertKubeConfigFrom'
const CHECKSUM = 'fluxcd.controlplane.io/checksumFrom'
const MAX_DEPTH = 60

/**
 * ConfigMaps and Secrets that the templates of a ResourceSet name by annotation, in any namespace (Flux Operator,
 * docs/api/v1/resourceset.md): `copyFrom` and `convertKubeConfigFrom` on a ConfigMap or Secret itself, `checksumFrom` on any
 * `metadata` inside a template. Values with template markers are left out; `resourcesTemplate` is text that need not be YAML, so
 * only annotations that stand on a line of their own are found in it.
 */
export function resourceSetReferences(spec: Json): FoundAt[] {
  const out: FoundAt[] = []
  addResources(spec, 'spec', out)
  digArray(spec, 'steps').forEach((step, index) => addResources(step, `spec.steps[${index}]`, out))
  return out
}

function addResources(holder: Json, field: string, out: FoundAt[]): void {
  digArray(holder, 'resources').forEach((resource, index) => {
    if (isJsonObject(resource)) addResource(resource, `${field}.resources[${index}]`, out)
  })
  const template = digString(holder, 'resourcesTemplate')
  if (template) addTemplate(template, `${field}.resourcesTemplate`, out)
}

function addResource(resource: JsonObject, field: string, out: FoundAt[]): void {
  const kind = digString(resource, 'kind') ?? ''
  if (own(resource, 'apiVersion') === 'v1') {
    for (const key of [COPY, CONVERT]) {
      const value = digString(resource, 'metadata', 'annotations', key)
      if (value) add(out, `${field}.metadata.annotations["${key}"]`, copied(key, kind, value))
    }
  }
  addChecksums(resource, field, 0, out)
}

function addChecksums(value: Json, field: string, depth: number, out: FoundAt[]): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  if (Array.isArray(value)) {
    value.forEach((item: Json, index) => addChecksums(item, `${field}[${index}]`, depth + 1, out))
    return
  }
  const text = digString(value, 'metadata', 'annotations', CHECKSUM)
  if (text) {
    for (const each of checksummed(text)) add(out, `${field}.metadata.annotations["${CHECKSUM}"]`, each)
  }
  for (const [key, child] of Object.entries(value)) addChecksums(child, `${field}.${key}`, depth + 1, out)
}

const ANNOTATION = /^[ \t]*["']?(fluxcd\.controlplane\.io\/[A-Za-z]+)["']?[ \t]*:(.*)$/gm

function addTemplate(template: string, field: string, out: FoundAt[]): void {
  if (!template.includes('fluxcd.controlplane.io/')) return
  for (const document of template.split(/^---.*$/m)) {
    const kind = /^kind:[ \t]*["']?(\w+)/m.exec(document)?.[1] ?? ''
    for (const [, key = '', value = ''] of document.matchAll(ANNOTATION)) {
      for (const each of annotated(key, kind, plainText(value))) add(out, field, each)
    }
  }
}

function annotated(key: string, kind: string, value: string): (Found | null)[] {
  if (key === CHECKSUM) return checksummed(value)
  return key === COPY || key === CONVERT ? [copied(key, kind, value)] : []
}

/** A YAML scalar on one line without its quotes and comment. */
function plainText(text: string): string {
  const value = text.replace(/ #.*$/, '').trim()
  const quote = value[0]
  return (quote === '"' || quote === "'") && value.endsWith(quote) ? value.slice(1, -1) : value
}

function copied(key: string, kind: string, value: string): Found | null {
  if (key === COPY) return dataFound(kind, value, 'copy')
  return kind === 'ConfigMap' ? dataFound('Secret', value.replace(/:[^:/]*$/, ''), 'kubeconfig') : null
}

/** The items of `Kind/namespace/name, ...`. */
function checksummed(text: string): (Found | null)[] {
  return text.split(',').map((item) => {
    const [, kind = '', rest = ''] = /^([^/]+)\/(.*)$/.exec(item.trim()) ?? []
    return dataFound(kind, rest, 'checksum')
  })
}

function dataFound(kind: string, path: string, use: ReferenceUse): Found | null {
  const [namespace = '', name, ...rest] = path.split('/')
  return rest.length > 0 || !isNamespace(namespace) ? null : found(dataTarget(kind, namespace, name), use)
}

function add(out: FoundAt[], field: string, each: Found | null): void {
  if (each) out.push({ field, found: each })
}
