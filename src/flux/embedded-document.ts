import { exceedsLimits, isJsonArray, type Json } from '../model/json.ts'
import { isTree } from './normal-form.ts'
import { readWholeYaml, readYamlDocuments } from './yaml.ts'
import { parseJsonText } from '../model/json-text.ts'

/** A line that opens a map entry or a list item: without one, a text of several lines is no YAML worth reading. */
const STRUCTURE = /^[ \t]*(?:-[ \t]|-$|["']?[\w./-]+["']?:(?:[ \t]|$))/m
const SEVERAL = /^---(?:[ \t]|$)/m
/** Endings of data keys whose content is not YAML or JSON, whatever it looks like: there a `#` may be no comment. */
const OTHER_FORMATS =
  /\.(?:sh|bash|py|rb|js|ts|lua|sql|toml|ini|conf|cfg|properties|env|md|txt|xml|html|css|tpl|tmpl|gotmpl|csv|pem|crt|key)$/i

/** Not so a Go template, which starts with two braces. */
export function looksLikeJson(text: string): boolean {
  return /^\s*(?:\[|\{(?!\{))/.test(text)
}

/** Whether a string in a place where anything may stand is likely to hold a document: JSON, or several lines with YAML's signs. */
export function looksLikeDocument(text: string, key: string | null): boolean {
  if (key !== null && OTHER_FORMATS.test(key)) return false
  return looksLikeJson(text) || (text.includes('\n') && STRUCTURE.test(text))
}

/** Documents that were read before, by their text. */
export type KnownDocuments = Map<string, Json | null>

/**
 * The map or list that a string holds as YAML (so also as JSON), read as Kubernetes reads it. Several documents give a list of them.
 * Null where it holds neither, or something else besides.
 */
export function readDocument(text: string, known?: KnownDocuments): Json | null {
  const before = known?.get(text)
  if (before !== undefined) return before
  const value = readJson(text) ?? readYamlContainer(text)
  known?.set(text, value)
  return value
}

/** Numbers that YAML and JSON may read in two ways, or that a double cannot hold. */
const DELICATE_NUMBER = /\d{16}|\d\.?[eE]|-0/

/** Reading YAML takes many times as long as reading JSON, which is the same for JSON without delicate numbers. */
function readJson(text: string): Json | null {
  if (!looksLikeJson(text) || DELICATE_NUMBER.test(text)) return null
  try {
    const value = parseJsonText(text)
    return exceedsLimits(value) === null ? value : null
  } catch {
    return null
  }
}

function readYamlContainer(text: string): Json | null {
  if (SEVERAL.test(text)) {
    const documents = readYamlDocuments(text, readWholeYaml)
    if (documents.length > 1) return readAll(documents.map((document) => document.result))
  }
  const read = readWholeYaml(text)
  return read.ok && isContainer(read.value) ? read.value : null
}

type Read = ReturnType<typeof readWholeYaml>

function readAll(results: readonly Read[]): Json | null {
  const values: Json[] = []
  for (const result of results) {
    if (!result.ok) return null
    if (result.value !== null) values.push(result.value)
  }
  return values.every(isContainer) ? values : null
}

function isContainer(value: Json): boolean {
  return isTree(value) || isJsonArray(value)
}
