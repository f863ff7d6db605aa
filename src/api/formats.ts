import { accepts } from 'hono/accepts'
import { AppError } from '../model/errors.ts'
import { OUTPUT_FORMATS, type OutputFormat } from '../report/formats.ts'
import type { ApiContext } from './context.ts'

/** Content type of each format; the first format of a type is what Accept asks for. */
const TYPES: Readonly<Record<OutputFormat, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  markdown: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
  table: 'text/plain; charset=utf-8',
  wide: 'text/plain; charset=utf-8',
  name: 'text/plain; charset=utf-8',
}

const BY_ACCEPT: Readonly<Record<string, OutputFormat>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'text/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/html': 'html',
  'text/plain': 'table',
  'text/markdown': 'markdown',
  'application/xml': 'junit',
  'text/xml': 'junit',
}

export const MEDIA_TYPES: readonly string[] = [...new Set(Object.values(TYPES).map((type) => type.split(';')[0]!))]

export function contentTypeOf(format: OutputFormat): string {
  return TYPES[format]
}

/** `?format=` goes before Accept; with neither, JSON. Throws `not-acceptable`. */
export function formatOf(c: ApiContext, asked: OutputFormat | undefined): OutputFormat {
  return asked ?? BY_ACCEPT[acceptedOf(c, Object.keys(BY_ACCEPT))]!
}

/** The first of `types` that is accepted best; the first one where the header is absent or takes anything. Throws `not-acceptable`. */
export function acceptedOf(c: ApiContext, types: readonly string[]): string {
  const header = c.req.header('accept')
  if (header === undefined || header.trim() === '') return types[0]!
  const type = accepts(c, { header: 'Accept', supports: [...types], default: '' })
  if (type !== '') return type
  if (/(?:^|,)\s*\*\/\*\s*(?:;(?!\s*q=0(?:\.0*)?\s*(?:,|$))|,|$)/.test(header)) return types[0]!
  throw new AppError('not-acceptable', 'the answer can be had in none of the accepted types', {
    hint: `Accept one of: ${types.join(', ')}${types.length > 1 ? `; or use ?format= ${OUTPUT_FORMATS.join(', ')}` : ''}`,
  })
}
