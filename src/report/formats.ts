/** Output formats of a comparison. `table` is for people; `json` and `yaml` are the machine contract. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'markdown', 'html', 'junit'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export type RenderOptions = {
  /** Columns of the terminal. */
  readonly width: number
  readonly color: boolean
  readonly explain: boolean
  /** Most objects that `table` shows one by one, the rest being counted; null: all. */
  readonly maxObjects: number | null
}
