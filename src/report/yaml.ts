import { stringify } from 'yaml'

/** A document as YAML, in the order given, without anchors and without folding long lines. */
export function toYaml(data: unknown): string {
  return stringify(data, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' })
}
