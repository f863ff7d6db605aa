import { Document, isScalar, visit } from 'yaml'

/** Text that a reader after YAML 1.1 or 1.2 could take for a number, or that holds a sign which ends a line for one of them. */
const UNSAFE_PLAIN = /^[-+]?0[ob]|[\u0085\u2028\u2029\ufeff]/

/** A document as YAML, in the order given, without anchors and without folding long lines; safe for readers of YAML 1.1 and 1.2. */
export function toYaml(data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false, version: '1.1' })
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && UNSAFE_PLAIN.test(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document
    .toString({ lineWidth: 0, directives: false })
    .replaceAll(/[\u0085\u2028\u2029\ufeff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
