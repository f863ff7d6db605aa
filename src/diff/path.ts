import type { Step } from './tree-types.ts'

const BARE_KEY = /^[A-Za-z_][\w-]*$/
/** Characters that end or split an item step, that a terminal would obey, or that cannot be seen. */
const AWKWARD = /[\]=,"\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s|\s$|^\*$/u
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** A path for people: `spec.values.hosts[host=a.example.com].paths`, `data["values.yaml"].replicas`. */
export function formatPath(steps: readonly Step[]): string {
  let text = ''
  for (const step of steps) text += formatStep(step, text === '')
  return text
}

function formatStep(step: Step, first: boolean): string {
  if ('key' in step) return formatKey(step.key, first)
  if ('index' in step) return `[${step.index}]`
  if ('added' in step) return `[+${step.added}]`
  return `[${step.item.map(([field, value]) => `${formatText(field)}=${formatText(value)}`).join(',')}]`
}

function formatKey(key: string, first: boolean): string {
  if (!BARE_KEY.test(key)) return `[${quote(key)}]`
  return first ? key : `.${key}`
}

function formatText(text: string): string {
  return AWKWARD.test(text) ? quote(text) : text
}

/** As a JSON string, with everything invisible escaped: paths hold text of clusters and are printed to terminals. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(INVISIBLE, (character) =>
    [...Array(character.length).keys()].map((n) => `\\u${hex(character.charCodeAt(n))}`).join(''),
  )
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0')
}
