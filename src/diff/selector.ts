import { AppError } from '../model/errors.ts'

type Labels = Readonly<Record<string, string>>
export type LabelSelector = (labels: Labels) => boolean

const SET_BASED = /^(?<key>\S+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/
const EQUALITY = /^(?<key>[^\s=!<>]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s=!]*)$/
const COMPARISON = /^(?<key>[^\s=!<>]+)\s*(?<operator>[<>])\s*(?<value>\d{1,63})$/
const EXISTENCE = /^(?<not>!?)\s*(?<key>[^\s=!(),<>]+)$/
/** What Kubernetes takes for keys and values of labels: an API server refuses others with 400, kind by kind. */
const KEY =
  /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/
/** None to an API server, while `\s` and `trim` take it for one. */
const OTHER_BLANK = /[^\S \t\r\n]/
const VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/

/**
 * As an API server reads it: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. Throws
 * `input-invalid` naming the part.
 */
export function parseSelector(text: string): LabelSelector {
  if (OTHER_BLANK.test(text)) throw unreadable(text)
  const parts = splitRequirements(text).map(parseRequirement)
  return (labels) => parts.every((matches) => matches(labels))
}

/** At the commas that are not inside parentheses. */
function splitRequirements(text: string): string[] {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  return parts.length === 1 && parts[0] === '' ? [] : parts
}

function parseRequirement(part: string): LabelSelector {
  const set = SET_BASED.exec(part)?.groups
  if (set) return among(part, set['key']!, valuesOf(set['values']!), set['operator'] === 'in')
  const equality = EQUALITY.exec(part)?.groups
  if (equality) return among(part, equality['key']!, [equality['value']!], equality['operator'] !== '!=')
  const comparison = COMPARISON.exec(part)?.groups
  if (comparison) return beyond(part, comparison['key']!, comparison['value']!, comparison['operator'] === '>')
  const existence = EXISTENCE.exec(part)?.groups
  if (!existence || !KEY.test(existence['key']!)) throw unreadable(part)
  return (labels) => Object.hasOwn(labels, existence['key']!) === (existence['not'] === '')
}

function unreadable(part: string): AppError {
  return new AppError('input-invalid', `the label selector has a part that cannot be read: "${part}"`, {
    hint: 'Write selectors as kubectl does: app=web, tier!=test, env in (dev,prod), !legacy',
  })
}

function valuesOf(text: string): string[] {
  return text.split(',').map((value) => value.trim())
}

const LARGEST = (1n << 63n) - 1n

/** Labels that are no whole number do not match. */
function beyond(part: string, key: string, bound: string, above: boolean): LabelSelector {
  const limit = BigInt(bound)
  if (!KEY.test(key) || limit > LARGEST) throw unreadable(part)
  return (labels) => {
    const label = Object.hasOwn(labels, key) && /^\d{1,63}$/.test(labels[key]!) ? BigInt(labels[key]!) : null
    return label !== null && label <= LARGEST && (above ? label > limit : label < limit)
  }
}

/** As in Kubernetes, `!=` and `notin` also match objects without the label. */
function among(part: string, key: string, values: readonly string[], wanted: boolean): LabelSelector {
  if (!KEY.test(key) || !values.every((value) => VALUE.test(value))) throw unreadable(part)
  return (labels) => (Object.hasOwn(labels, key) && values.includes(labels[key]!)) === wanted
}
