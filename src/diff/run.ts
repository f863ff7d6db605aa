import type { Fingerprint } from '../flux/fingerprint.ts'
import type { Layer } from '../model/comparison.ts'
import type { ConfigReferences } from './config-references.ts'
import type { EventIndex } from './events.ts'
import type { Participants } from './fingerprints.ts'
import type { Replacers } from './parameters/identity.ts'
import type { Sighting } from './presence.ts'
import type { OtherReferences } from './proof/references.ts'
import type { RuleSet } from './rules/rule-set.ts'
import type { Side } from './side.ts'

/** What every step of one comparison needs to know. */
export type Run = {
  /** In the order given. */
  readonly sides: readonly Side[]
  readonly baseline: Side | null
  /** What is known of an object that every side has. */
  readonly allPresent: readonly Sighting[]
  readonly participants: Participants
  readonly layers: ReadonlySet<Layer>
  readonly rules: RuleSet
  readonly replacers: Replacers
  readonly fingerprint: Fingerprint | null
  /** Null where the layer `events` was not asked for. */
  readonly events: EventIndex | null
  /** Null where neither values nor substitutions were asked for. */
  readonly configReferences: ConfigReferences | null
  readonly otherReferences: OtherReferences
  /** Whether two names in a namespace name one ConfigMap or Secret (see `createNameMatcher`). */
  readonly sameName: (namespace: string, from: string, to: string) => boolean
}
