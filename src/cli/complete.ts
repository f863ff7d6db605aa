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
  const { command, verbs, operands } = placeOf(operandsOf(before, program), program)
  const names = (): Promise<string[]> => clusterNames(before, streams)
  const pending = valueFlag(before.at(-1), command)
  if (pending) return valuesOf(pending, names)
  const [flag] = /^--[^=]+(?==)/.exec(typed) ?? []
  if (flag !== undefined) return joinedValues(flag, command, names)
  if (typed.startsWith('-')) return { words: flagsOf(command), directive: DIRECTIVE.noFiles }
  if (typed.startsWith('file:')) return { words: [], directive: DIRECTIVE.default }
  const { words, directive } = await argumentsOf(command, operands.length, names)
  return { words: [...words, ...verbs.map(describeCommand)], directive }
}

type Names = () => Promise<readonly string[]>

/** What may stand in the place of an argument, by what the command calls it. */
async function argumentsOf(command: Command, index: number, names: Names): Promise<Candidates> {
  const all = command.registeredArguments
  const argument = all[index] ?? all.findLast(({ variadic }) => variadic)
  switch (argument?.name() ?? '') {
    case 'side':
    case 'cluster':
      return { words: await names(), directive: DIRECTIVE.noFiles }
    case 'file':
      return { words: [], directive: DIRECTIVE.default }
    case 'shell':
      return { words: ['bash', 'zsh', 'fish', 'powershell'], directive: DIRECTIVE.noFiles }
    default:
      return { words: argument?.argChoices ?? [], directive: DIRECTIVE.noFiles }
  }
}

/** What is neither a flag nor the value of one. */
function operandsOf(before: readonly string[], program: Command): string[] {
  const takesValue = (word: string | undefined): boolean =>
    program.commands
      .flatMap((command) => [command, ...command.commands])
      .some((command) => valueFlag(word, command) !== undefined)
  return before.filter((word, index) => !word.startsWith('-') && !takesValue(before[index - 1]))
}

type Place = {
  readonly command: Command
  /** Commands that may be named next. */
  readonly verbs: readonly Command[]
  readonly operands: readonly string[]
}

/** The command that the words name, also one of a group (`rules check`); where none is named, the default, compare. */
function placeOf(operands: readonly string[], program: Command): Place {
  const [first, second] = operands
  const named = commandNamed(first, program)
  if (!named) {
    const verbs = operands.length === 0 ? program.commands : []
    return { command: commandNamed('compare', program)!, verbs, operands }
  }
  const inner = commandNamed(second, named)
  if (inner) return { command: inner, verbs: [], operands: operands.slice(2) }
  return { command: named, verbs: operands.length === 1 ? named.commands : [], operands: operands.slice(1) }
}

function commandNamed(name: string | undefined, group: Command): Command | undefined {
  return group.commands.find((command) => command.name() === name)
}

function valueFlag(word: string | undefined, command: Command): Option | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined
  return command.options.find((option) => (option.long === word || option.short === word) && option.required)
}

async function valuesOf(option: Option, names: Names): Promise<Candidates> {
  const known = option.argChoices ?? KNOWN_VALUES[option.long ?? '']
  if (known) return { words: known, directive: DIRECTIVE.noFiles }
  if (TAKES_CLUSTER.has(option.long ?? '')) return { words: await names(), directive: DIRECTIVE.noFiles }
  const takesFile = option.long !== '--ignore' && /<(?:path|file)>/.test(option.flags)
  return { words: [], directive: takesFile ? DIRECTIVE.default : DIRECTIVE.noFiles }
}

const TAKES_CLUSTER: ReadonlySet<string> = new Set(['--context', '--cluster'])

const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--layer': [...LAYERS, 'all'],
  '--kind': KIND_NAMES,
}

/** `--output=js`: the candidates repeat the flag, since they stand for the whole word. */
async function joinedValues(flag: string, command: Command, names: Names): Promise<Candidates> {
  const option = valueFlag(flag, command)
  const { words, directive } = option ? await valuesOf(option, names) : { words: [], directive: DIRECTIVE.noFiles }
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

async function clusterNames(before: readonly string[], streams: Streams): Promise<string[]> {
  const flag = before.indexOf('--kubeconfig')
  const kubeconfig = flag >= 0 ? (before[flag + 1] ?? null) : null
  const names = await contextNames(kubeconfig, streams.env)
  return names.filter((name) => !/[\p{C}\n]/u.test(name) && !before.includes(name))
}
