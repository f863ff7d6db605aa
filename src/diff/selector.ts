import { AppError } from '../model/errors.ts'

type Labels = Readonly<Record<string, string>>
export type LabelSelector = (labels: Labels) => boolean

const SET_BASED = /^(?<key>\S+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/
const EQUALITY = /^(?<key>[^\s=!]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s=!]*)$/
const EXISTENCE = /^(?<not>!?)\s*(?<key>[^\s=!(),]+)$/
/** What Kubernetes takes for keys and values of labels: an API server refuses others with 400, kind by kind. */
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/
const VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/

/** kubectl's `-l`: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. Throws `input-invalid` naming the part. */
export function parseSelector(text: string): LabelSelector {
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

/** As in Kubernetes, `!=` and `notin` also match objects without the label. */
function among(part: string, key: string, values: readonly string[], wanted: boolean): LabelSelector {
  if (!KEY.test(key) || !values.every((value) => VALUE.test(value))) throw unreadable(part)
  return (labels) => (Object.hasOwn(labels, key) && values.includes(labels[key]!)) === wanted
}
