import { isBigNumber } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { holdsMask } from '../align-mask.ts'

const MAX_LENGTH = 80

/** A value in a sentence of a finding: never a fingerprint, and cut where it is long. */
export function tellValue(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (holdsMask(value)) return 'a secret'
  if (isBigNumber(value)) return value.$number
  const text = JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
