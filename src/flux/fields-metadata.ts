import type { Json } from '../model/json.ts'
import { parseGoDuration } from './duration.ts'
import { duration, kept, section, STRINGS, type Field, type MapField } from './field.ts'

const ANNOTATION = 'fluxcd.controlplane.io'

/** The operator takes the default where the text is no duration, without saying so. */
function unreadable(value: Json): boolean {
  return typeof value !== 'string' || parseGoDuration(value) === null
}

function operatorDuration(fallback: string): Field {
  return { ...duration(fallback), absentIf: unreadable }
}

const OPERATOR_DEFAULTS: Readonly<Record<string, readonly [every: string, timeout: string]>> = {
  FluxInstance: ['60m', '5m'],
  ResourceSet: ['60m', '5m'],
  ResourceSetInputProvider: ['10m', '2m'],
}

/** Labels and annotations of a kind; those of the Flux Operator's kinds hold its intervals and timeouts. */
export function metadataField(kind: string): MapField {
  const defaults = Object.hasOwn(OPERATOR_DEFAULTS, kind) ? OPERATOR_DEFAULTS[kind] : undefined
  if (!defaults) return section({ labels: STRINGS, annotations: STRINGS })
  const annotations: Record<string, Field> = {
    [`${ANNOTATION}/reconcileEvery`]: operatorDuration(defaults[0]),
    [`${ANNOTATION}/reconcileTimeout`]: operatorDuration(defaults[1]),
  }
  if (kind === 'FluxInstance') annotations[`${ANNOTATION}/reconcileArtifactEvery`] = operatorDuration('10m')
  return section({ labels: STRINGS, annotations: section(annotations, kept()) })
}
