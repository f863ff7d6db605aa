import { sha256 } from '../flux/digest.ts'
import { canonicalJson } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import type { PerCluster } from '../model/comparison.ts'
import { compareText } from '../model/resource-ref.ts'

/** Who is compared with whom, as far as identities depend on it: not on the order of the targets. */
export type Participants = { readonly baseline: string | null; readonly names: readonly string[] }

export function participantsOf(baseline: string | null, names: readonly string[]): Participants {
  return { baseline, names: names.filter((name) => name !== baseline).sort(compareText) }
}

/** Identity of a difference over runs: 32 hexadecimal digits, free of values. `parts` say which object, layer and path. */
export function fingerprintOf(participants: Participants, parts: readonly string[]): string {
  return sha256(canonicalJson([participants.baseline, participants.names, parts])).slice(0, 32)
}

/** Changes when a value of any cluster does: 32 hexadecimal digits over the values, which are masked. */
export function valueDigestOf(values: PerCluster<Json>): string {
  return sha256(canonicalJson(values)).slice(0, 32)
}
