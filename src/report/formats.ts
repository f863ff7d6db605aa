import type { Severity } from '../model/comparison.ts'

/** Output formats of a comparison. `table` is for people; `json` and `yaml` are the machine contract. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'markdown', 'html', 'junit'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export function isOutputFormat(text: string): text is OutputFormat {
  return (OUTPUT_FORMATS as readonly string[]).includes(text)
}

export type RenderOptions = {
  /** Columns of the terminal. */
  readonly width: number
  readonly color: boolean
  readonly explain: boolean
  /** From which severity on differences and findings are shown; all where it is left out. */
  readonly severity?: Severity | null
  /** Whether to list differences that are expected or explained by parameters. */
  readonly showParametric?: boolean
  /** Most objects that `table` shows one by one, the rest being counted; null: all. */
  readonly maxObjects: number | null
}
