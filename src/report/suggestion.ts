import { stringify } from 'yaml'
import { displayRef, type ResourceRef } from '../model/resource-ref.ts'
import { plural } from './phrases.ts'
import { safeLine } from './terminal.ts'

/** Parameters that were learned from a comparison, and the objects that they pair. */
export type SuggestedParameters = {
  readonly candidates: readonly {
    readonly name: string
    readonly values: Readonly<Record<string, string>>
    readonly explains: number
  }[]
  readonly pairs: readonly (readonly ResourceRef[])[]
  readonly before: number
  readonly after: number
}

/** As configuration to paste; what is said about it are comments. `clusters` in the order in which they were named. */
export function renderSuggestion(suggestion: SuggestedParameters, clusters: readonly string[]): string {
  const { candidates, pairs, before, after } = suggestion
  if (candidates.length === 0)
    return `# No word differs in the same way in several places: ${plural(before, 'difference')}.\n`
  const said = [
    `${plural(before, 'difference')} without, ${after} with these parameters:`,
    ...candidates.map(
      ({ name, values, explains }) =>
        `  ${name} explains ${explains}: ${clusters.map((cluster) => values[cluster] ?? '-').join(' / ')}`,
    ),
    ...(pairs.length === 0 ? [] : ['objects that pair by them:']),
    ...pairs.map((refs) => `  ${refs.map(displayRef).join(' = ')}`),
  ]
  const document = clusters.map((name) => ({
    name,
    parameters: Object.fromEntries(
      candidates.flatMap((candidate): [string, string][] =>
        candidate.values[name] === undefined ? [] : [[candidate.name, candidate.values[name]]],
      ),
    ),
  }))
  return `${said.map((line) => `# ${safeLine(line)}\n`).join('')}${stringify({ clusters: document })}`
}
