import type * as z from 'zod'
import type { AppError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { configInvalid, type Path, type Problem } from './problems.ts'
import { checkSchema } from './schema-problems.ts'
import { readYamlTree } from './yaml-tree.ts'

/** A YAML document that was read strictly, to be checked further by whoever knows what it means. */
export type StrictDocument = {
  readonly value: Json
  /** The one error for all problems, each with its path, line and column. */
  readonly invalid: (problems: readonly Problem[]) => AppError
  /** From 1. */
  readonly lineOf: (path: Path) => number
}

/** Reads one YAML document; see {@link readYamlTree} for what is refused. Throws `config-invalid`. */
export function parseStrict(text: string, source: string): StrictDocument {
  const tree = readYamlTree(text)
  if (!('place' in tree)) throw configInvalid(source, tree, () => ({ line: 1, column: 1 }))
  return {
    value: tree.value,
    invalid: (problems) => configInvalid(source, problems, tree.place),
    lineOf: (path) => tree.place(path, 'value').line,
  }
}

/**
 * Reads YAML text by a schema made of strict objects: unknown keys are refused. `source` names the file in messages. An
 * `examples` in the metadata of a schema is told where the value is wrong. Throws one `config-invalid` with every problem: path,
 * line and column, and what to write.
 */
export function readStrict<T>(schema: z.ZodType<T>, text: string, source: string): T {
  return readSchema(schema, parseStrict(text, source))
}

/** The value of a document by a schema. Throws one `config-invalid` with every problem. */
export function readSchema<T>(schema: z.ZodType<T>, document: StrictDocument): T {
  const checked = checkSchema(schema, document.value)
  if (!('value' in checked)) throw document.invalid(checked)
  return checked.value
}
