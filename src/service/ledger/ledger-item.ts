import { isCodeOfReading } from '../../model/coverage.ts'
import { refKey } from '../../model/resource-ref.ts'
import type { LedgerItem } from './ledger.ts'

type What = Pick<LedgerItem, 'ref' | 'layer' | 'path'>

/** The same for entries of any definition that are about the same. */
export function itemKeyOf({ ref, layer, path }: What): string {
  return `${layer} ${path} ${ref === null ? '' : refKey(ref)}`
}

/** Whether it says only that something could not be read. */
export function isAboutReading({ layer, path }: What): boolean {
  return layer === 'finding' && isCodeOfReading(path)
}
