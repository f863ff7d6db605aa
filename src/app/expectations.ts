import type { Config } from '../config/config.ts'
import { AppError } from '../model/errors.ts'
import type { ClusterProfile, Rule } from '../model/rules.ts'
import { readRulesFile } from './read-rules.ts'

export type ExpectationSources = {
  /** Files of rules. */
  readonly rules: readonly string[]
  /** `CLUSTER:env=prod,domain=example.com`. */
  readonly parameters: readonly string[]
  readonly config: Config | null
}

/** Which differences are meant to be, and what is known of clusters for that, by their names. */
export type Expectations = {
  readonly rules: readonly Rule[]
  readonly profiles: Readonly<Record<string, ClusterProfile>>
}

/** What the configuration, files of rules and flags say together. Throws `config-invalid`, `file-unreadable` or `input-invalid`. */
export function readExpectations({ rules, parameters, config }: ExpectationSources): Expectations {
  const profiles = new Map((config?.clusters ?? []).map((one) => [one.name, profileOf(one.name, one)]))
  for (const text of parameters) {
    const { cluster, values } = readParameters(text)
    const known = profiles.get(cluster)
    profiles.set(cluster, profileOf(cluster, { ...known, parameters: { ...known?.parameters, ...values } }))
  }
  return {
    rules: [...(config?.rules ?? []), ...rules.flatMap(readRulesFile)],
    profiles: Object.fromEntries(profiles),
  }
}

function profileOf(cluster: string, { labels = {}, parameters = {} }: Partial<ClusterProfile>): ClusterProfile {
  return { cluster, labels, parameters }
}

/** Names of clusters may hold colons (ARNs), so the last one before a `name=` counts. */
const PARAMETERS = /^(?<cluster>.+):(?<pairs>[A-Za-z][\w-]{0,62}=.*)$/s
const PAIR = /^(?<name>[A-Za-z][\w-]{0,62})=(?<value>.*[\p{L}\p{N}].*)$/su

function readParameters(text: string): { cluster: string; values: Record<string, string> } {
  const { cluster, pairs } = PARAMETERS.exec(text)?.groups ?? {}
  const found = pairs?.split(',').map((pair) => PAIR.exec(pair)?.groups)
  if (cluster === undefined || found === undefined || found.includes(undefined)) {
    throw new AppError('input-invalid', `--parameters ${text} is not of the form CLUSTER:name=value,name=value`, {
      hint: 'For example: --parameters production:env=prod,domain=example.com',
    })
  }
  return { cluster, values: Object.fromEntries(found.map((pair) => [pair!['name']!, pair!['value']!])) }
}
