import { toYaml } from '../report/yaml.ts'
import { renderTable } from './table.ts'

export type Rows = { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Lists for people (`table`), scripts (`json`, `yaml`) and loops (`name`: the first column alone). */
export function renderList(format: string, data: unknown, { heads, rows }: Rows): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(data, null, 2)}\n`
    case 'yaml':
      return toYaml(data)
    case 'name':
      return rows.map((row) => `${row[0]}\n`).join('')
    default:
      return renderTable(heads, rows)
  }
}
