import { DEFAULT_LAYERS, LAYERS, SEVERITIES, type Layer, type Severity } from '../model/comparison.ts'
import { AppError } from '../model/errors.ts'
import type { SecretCompare } from '../model/mask.ts'
import type { OutputFormat } from '../report/formats.ts'
import type { ConnectionSettings } from '../app/settings.ts'
import { kindsNamed } from '../service/kind-names.ts'
import type { CollectScope } from '../service/ports.ts'

/** Parsed flags as commander gives them, before they get a meaning. */
export type Flags = Readonly<Record<string, unknown>>

export function text(flags: Flags, name: string): string | null {
  const value = flags[name]
  return typeof value === 'string' ? value : null
}

export function list(flags: Flags, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.map(String) : []
}

export function connectionOf(flags: Flags): ConnectionSettings {
  return {
    kubeconfig: text(flags, 'kubeconfig'),
    as: text(flags, 'as'),
    asGroups: list(flags, 'asGroup'),
    requestTimeoutMs: milliseconds(flags, 'requestTimeout'),
    clusterTimeoutMs: milliseconds(flags, 'timeout'),
  }
}

function milliseconds(flags: Flags, name: string): number | null {
  const value = flags[name]
  return typeof value === 'number' ? value : null
}

/** `--history PATH`, `--no-history` (null), or the default file (undefined). */
export function historyOf(flags: Flags): string | null | undefined {
  if (flags['history'] === false) return null
  return text(flags, 'history') ?? undefined
}

export function scopeOf(flags: Flags, layers: readonly Layer[]): CollectScope {
  const kinds = list(flags, 'kind')
  const namespaces = list(flags, 'namespace')
  if (flags['allNamespaces'] === true && namespaces.length > 0) {
    throw new AppError('input-invalid', '--namespace and --all-namespaces contradict each other', {
      hint: 'Give one of the two.',
    })
  }
  return {
    kinds: kinds.length === 0 ? null : kindsNamed(kinds),
    namespaces: namespaces.length === 0 ? null : [...new Set(namespaces)],
    selector: text(flags, 'selector'),
    resource: resourceOf(text(flags, 'resource')),
    secrets: (text(flags, 'secrets') ?? 'equality') as SecretCompare,
    events: layers.includes('events'),
  }
}

function resourceOf(written: string | null): CollectScope['resource'] {
  if (written === null) return null
  const [kind, namespace, name, ...rest] = written.split('/')
  if (!kind || !namespace || !name || rest.length > 0) {
    throw new AppError('input-invalid', `--resource ${written} is not of the form Kind/namespace/name`, {
      hint: 'For example: --resource HelmRelease/shop/frontend',
    })
  }
  return { kind: kindsNamed([kind])[0]!, namespace, name }
}

export function layersOf(flags: Flags): readonly Layer[] {
  const names = list(flags, 'layer')
  if (names.length === 0) return DEFAULT_LAYERS
  if (names.includes('all')) return LAYERS
  return names.map((name) => {
    const layer = LAYERS.find((known) => known === name)
    if (layer) return layer
    throw new AppError('input-invalid', `--layer ${name} is not known`, { hint: `Known: ${LAYERS.join(', ')}, all` })
  })
}

/** `--severity`; null: everything is shown. */
export function severityOf(flags: Flags): Severity | null {
  const name = text(flags, 'severity')
  return SEVERITIES.find((known) => known === name) ?? null
}

export function formatOf(flags: Flags): OutputFormat {
  return (text(flags, 'output') ?? 'table') as OutputFormat
}
