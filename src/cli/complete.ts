import type { Command, Option } from 'commander'
import { contextNames } from '../app/context-names.ts'
import { LAYERS } from '../model/comparison.ts'
import { KIND_NAMES } from '../service/kind-names.ts'
import type { Streams } from './streams.ts'

/** Directives of Cobra's completion protocol: what the shell may add of its own. */
const DIRECTIVE = { default: 0, noSpace: 2, noFiles: 4 }

type Candidates = { readonly words: readonly string[]; readonly directive: number }

/**
 * Answers `flux-compare __complete ARGS`, Cobra's protocol, which the Flux CLI asks its plugins in: candidates, one a line,
 * each with a description behind a tab, then `:` and a directive. Never fails: a completion that cannot help offers nothing.
 */
export async function completeCommandLine(
  args: readonly string[],
  program: Command,
  streams: Streams,
): Promise<number> {
  const typed = args.at(-1) ?? ''
  const { words, directive } = await candidates(args.slice(0, -1), typed, program, streams)
  const fitting = words.filter((word) => word.startsWith(typed))
  await streams.stdout.write([...fitting, `:${directive}`, ''].join('\n'))
  return 0
}

async function candidates(
  before: readonly string[],
  typed: string,
  program: Command,
  streams: Streams,
): Promise<Candidates> {
  const operands = operandsOf(before, program)
  const command = commandOf(operands, program)
  const pending = valueFlag(before.at(-1), command)
  if (pending) return valuesOf(pending)
  const [flag] = /^--[^=]+(?==)/.exec(typed) ?? []
  if (flag !== undefined) return joinedValues(flag, command)
  if (typed.startsWith('-')) return { words: flagsOf(command), directive: DIRECTIVE.noFiles }
  if (command.name() === 'completion')
    return { words: ['bash', 'zsh', 'fish', 'powershell'], directive: DIRECTIVE.noFiles }
  if (command.name() === 'config') return configWords(operands.length)
  if (typed.startsWith('file:')) return { words: [], directive: DIRECTIVE.default }
  const names = takesClusters(command) ? await clusterNames(before, streams) : []
  const verbs = operands.length === 0 ? program.commands.map(describeCommand) : []
  return { words: [...names, ...verbs], directive: DIRECTIVE.noFiles }
}

/** The action, then a file. */
function configWords(operands: number): Candidates {
  if (operands > 1) return { words: [], directive: DIRECTIVE.default }
  return { words: ['check', 'print', 'schema'], directive: DIRECTIVE.noFiles }
}

/** What is neither a flag nor the value of one. */
function operandsOf(before: readonly string[], program: Command): string[] {
  const takesValue = (word: string | undefined): boolean =>
    program.commands.some((command) => valueFlag(word, command) !== undefined)
  return before.filter((word, index) => !word.startsWith('-') && !takesValue(before[index - 1]))
}

/** The command that the words name: the first that is one, else the default, compare. */
function commandOf(operands: readonly string[], program: Command): Command {
  const named = program.commands.find((command) => command.name() === operands[0])
  return named ?? program.commands.find((command) => command.name() === 'compare')!
}

function valueFlag(word: string | undefined, command: Command): Option | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined
  return command.options.find((option) => (option.long === word || option.short === word) && option.required)
}

function valuesOf(option: Option): Candidates {
  const known = option.argChoices ?? KNOWN_VALUES[option.long ?? '']
  if (known) return { words: known, directive: DIRECTIVE.noFiles }
  const takesFile = option.long === '--kubeconfig' || option.long === '--history'
  return { words: [], directive: takesFile ? DIRECTIVE.default : DIRECTIVE.noFiles }
}

const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--layer': [...LAYERS, 'all'],
  '--kind': KIND_NAMES,
}

/** `--output=js`: the candidates repeat the flag, since they stand for the whole word. */
function joinedValues(flag: string, command: Command): Candidates {
  const option = valueFlag(flag, command)
  const { words, directive } = option ? valuesOf(option) : { words: [], directive: DIRECTIVE.noFiles }
  return { words: words.map((word) => `${flag}=${word}`), directive }
}

function flagsOf(command: Command): string[] {
  return command.options
    .filter(({ hidden }) => !hidden)
    .map(({ long, description }) => `${long}\t${oneLine(description)}`)
}

function describeCommand(command: Command): string {
  return `${command.name()}\t${oneLine(command.description())}`
}

function oneLine(text: string): string {
  return text.split('\n')[0]!
}

function takesClusters(command: Command): boolean {
  return ['compare', 'snapshot', 'history', 'suggest'].includes(command.name())
}

async function clusterNames(before: readonly string[], streams: Streams): Promise<string[]> {
  const flag = before.indexOf('--kubeconfig')
  const kubeconfig = flag >= 0 ? (before[flag + 1] ?? null) : null
  const names = await contextNames(kubeconfig, streams.env)
  return names.filter((name) => !/[\p{C}\n]/u.test(name) && !before.includes(name))
}
