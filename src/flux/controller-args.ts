import { setOwn, type Json } from '../model/json.ts'

export type ControllerArgs = {
  /** By flag name with its dashes; the values of a repeated flag are joined by commas, but for those of which the last holds. */
  readonly args: Record<string, string>
  readonly featureGates: Record<string, boolean>
}

/** Addresses and folders inside the cluster: they differ by nature, and say nothing about what is deployed. */
const BY_NATURE: ReadonlySet<string> = new Set([
  '--events-addr',
  '--health-addr',
  '--metrics-addr',
  '--storage-addr',
  '--storage-adv-addr',
  '--storage-path',
])
/** Of plain texts and switches the last one holds; other flags may be lists. */
const LAST_WINS: ReadonlySet<string> = new Set(['--watch-all-namespaces', '--watch-label-selector'])
const GATES = '--feature-gates'
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

/**
 * Reads the arguments of a controller as its flag parser does: `--flag=value`, `--flag value`, and `--flag` alone for "true".
 * Feature gates (`--feature-gates=A=true,B=false`) are taken apart; a gate whose value is no boolean is left out.
 */
export function readControllerArgs(list: readonly Json[]): ControllerArgs {
  const args: Record<string, string> = {}
  const featureGates: Record<string, boolean> = {}
  for (const [flag, value] of flagsOf(list.filter((arg) => typeof arg === 'string'))) {
    if (flag === GATES) addGates(featureGates, value)
    else if (!BY_NATURE.has(flag)) {
      setOwn(args, flag, Object.hasOwn(args, flag) && !LAST_WINS.has(flag) ? `${args[flag]},${value}` : value)
    }
  }
  return { args, featureGates }
}

function* flagsOf(list: readonly string[]): Generator<[flag: string, value: string]> {
  for (let index = 0; index < list.length; index += 1) {
    const arg = list[index]!
    if (!arg.startsWith('-')) continue
    const flag = arg.replace(/^-+/, '--')
    const equals = flag.indexOf('=')
    const next = list[index + 1]
    if (equals > 0) yield [flag.slice(0, equals), flag.slice(equals + 1)]
    else if (next === undefined || next.startsWith('-')) yield [flag, 'true']
    else {
      yield [flag, next]
      index += 1
    }
  }
}

function addGates(gates: Record<string, boolean>, text: string): void {
  for (const item of text.split(',')) {
    const [name = '', value = ''] = item.split('=').map((part) => part.trim())
    if (TRUE.has(value)) setOwn(gates, name, true)
    else if (FALSE.has(value)) setOwn(gates, name, false)
  }
}
