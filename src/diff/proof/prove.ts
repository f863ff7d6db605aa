import type { Fingerprint } from '../../flux/fingerprint.ts'
import { isSettledStatus, proofDigestOf, sameAlgorithm } from '../../flux/proof-digests.ts'
import type { ProofDigest } from '../../flux/proof-digests.ts'
import type { Change, Layer, Proof, ProofAnswer } from '../../model/comparison.ts'
import { digString, type Json } from '../../model/json.ts'
import type { EffectiveUnit } from '../effective.ts'
import { rootOf } from '../layers.ts'
import type { LeafSlot } from '../leaves.ts'
import type { Unit } from '../pairing.ts'
import { formatPointer } from '../pointer.ts'
import type { Run } from '../run.ts'
import { perCluster } from '../side.ts'
import type { Side } from '../side.ts'
import { isOnlyUnread } from './only-unread.ts'
import { isOther, sourcesOn } from './references.ts'
import { isUnread, unreadOn } from './unread.ts'

/** What the digests of controllers say of what could not be read of one object. */
export type UnitProof = {
  readonly layer: Layer
  readonly field: string
  /** The side that the others are measured against. */
  readonly against: Side
  /** Only of sides with which something is open. */
  readonly answers: ReadonlyMap<Side, ProofAnswer>
  readonly unread: ReadonlyMap<Side, readonly string[]>
  /** The digests of settled objects. */
  readonly digests: ReadonlyMap<Side, string>
  readonly revisions: ReadonlyMap<Side, string>
}

export type Proving = {
  readonly against: readonly Side[]
  readonly effective: EffectiveUnit | null
  /** Paths at which what is made of the object is known to differ. */
  readonly slots: readonly LeafSlot[]
}

/** Null where nothing of the object is open, or no digest could say anything of it. */
export function proveUnit(run: Run, unit: Unit, proving: Proving): UnitProof | null {
  const digest = proofDigestOf(unit.ref)
  const layer = layerOf(unit, proving)
  if (digest === null || layer === null || !run.layers.has(layer)) return null
  const sides = sidesOf(run, unit, proving)
  const against = proving.against.find((side) => sides.includes(side)) ?? sides[0]
  if (against === undefined || sides.length < 2) return null
  const unread = new Map(sides.map((side) => [side, unreadOn(run, unit, side, proving.effective)]))
  const open = sides.filter((side) => side !== against && [against, side].some((one) => unread.get(one)!.length > 0))
  if (open.length === 0) return null
  const digests = new Map(sides.flatMap((side) => evidenceOn(unit, side, digest)))
  const around = { run, unit, digest, digests, told: toldIn(layer, proving.slots) }
  const answers = new Map(open.map((side) => [side, answerOf(around, against, side)]))
  // Credentials leave nothing open of what a source holds.
  if (digest.credentials && ![...answers.values()].includes('proven-equal')) return null
  return {
    layer,
    field: digest.field,
    against,
    answers,
    unread,
    digests,
    revisions: new Map(sides.flatMap((side) => revisionOn(unit, side))),
  }
}

/** As the document tells it. */
export function proofDocument(run: Run, unit: Unit, proof: UnitProof): Proof {
  const { layer, field, against, answers, unread, revisions } = proof
  return {
    ref: unit.ref,
    layer,
    by: field,
    against: against.name,
    answers: perCluster(run.sides, (side) => answers.get(side)),
    unread: perCluster(run.sides, (side) => (unread.get(side)?.length ? unread.get(side) : undefined)),
    revisions: perCluster(run.sides, (side) => revisions.get(side)),
  }
}

function layerOf(unit: Unit, { effective }: Proving): Layer | null {
  if (effective !== null) return effective.layer
  return unit.ref.kind === 'HelmRelease' || unit.ref.kind === 'Kustomization' ? null : 'data'
}

/** Where the controller fails, there is nothing to prove. */
function sidesOf(run: Run, unit: Unit, { effective }: Proving): Side[] {
  return run.sides.filter(
    (side) => unit.entries[side.index]?.limit === null && effective?.states.get(side)?.state !== 'not-composable',
  )
}

function evidenceOn(unit: Unit, side: Side, digest: ProofDigest): [Side, string][] {
  const status = unit.entries[side.index]?.statusDigest ?? null
  const body = status === null ? null : side.snapshot.body(status)
  const found = body !== null && isSettledStatus(body) ? digest.read(body) : null
  return found === null ? [] : [[side, found]]
}

function revisionOn(unit: Unit, side: Side): [Side, string][] {
  const status = unit.entries[side.index]?.statusDigest ?? null
  const revision = status === null ? undefined : digString(side.snapshot.body(status), 'status', 'artifact', 'revision')
  return revision === undefined ? [] : [[side, revision]]
}

/** Values that are known to differ were not taken as they are now where their digests are equal. What is built may use none of them. */
function toldIn(layer: Layer, slots: readonly LeafSlot[]): (side: Side) => boolean {
  return (side) => layer === 'values' && slots.some((slot) => slot.layer === layer && slot.changes.has(side))
}

type Around = {
  readonly run: Run
  readonly unit: Unit
  readonly digest: ProofDigest
  readonly digests: ReadonlyMap<Side, string>
  readonly told: (side: Side) => boolean
}

function answerOf({ run, unit, digest, digests, told }: Around, against: Side, side: Side): ProofAnswer {
  const [one, other] = [digests.get(against), digests.get(side)]
  if (one === undefined || other === undefined) return 'unknown'
  if (one === other) return told(side) ? 'unknown' : 'proven-equal'
  const isProof = sameAlgorithm(one, other) && isOnlyUnread(run, unit, digest, [against, side])
  return isProof ? 'proven-different' : 'unknown'
}

/** What is proven to differ, as a difference of all that the controller makes of the object. */
export function provenSlots(run: Run, proof: UnitProof | null): LeafSlot[] {
  if (proof === null || ![...proof.answers.values()].includes('proven-different')) return []
  const { layer, answers, against, unread } = proof
  const changed = [...answers].filter(([, answer]) => answer === 'proven-different').map(([side]) => side)
  const pointer = formatPointer(rootOf(layer))
  const known = [against, ...answers.keys()].filter((side) => side === against || answers.get(side) !== 'unknown')
  const names = [...new Set([against, ...changed].flatMap((side) => unread.get(side) ?? []))]
  return [
    {
      layer,
      path: '',
      steps: rootOf(layer).map((key) => ({ key })),
      within: null,
      moved: false,
      changes: new Map(changed.map((side): [Side, Change] => [side, 'changed'])),
      at: new Map(known.map((side) => [side, { value: maskOf(proof.digests.get(side)!, run.fingerprint), pointer }])),
      unread: new Map([...answers].flatMap(([side, answer]) => (answer === 'unknown' ? [[side, NOT_PROVEN]] : []))),
      proven: `proven different by ${proof.field}: all but ${names.join(', ')} is the same, and could be read`,
    },
  ]
}

const NOT_PROVEN = 'not proven by its digest'

/** The digest itself would let values be guessed. */
function maskOf(digest: string, fingerprint: Fingerprint | null): Json {
  return { masked: fingerprint === null ? 'present' : fingerprint(digest) }
}

/** Whether nothing is open that could differ between two sides. */
export function isProvenOn({ against, answers }: UnitProof, side: Side): boolean {
  const asked = side === against ? [...answers.values()] : [answers.get(side)]
  return asked.every((answer) => answer !== undefined && answer !== 'unknown')
}

/** Whether it is proven for all clusters that nothing differs. */
export function opensNothing({ answers }: UnitProof): boolean {
  return [...answers.values()].every((answer) => answer === 'proven-equal')
}

/** Whether an object without effective values or variables refers to anything that could not be read, and is digested with it. */
export function hasUnread(run: Run, unit: Unit): boolean {
  if (!isOther(unit.ref)) return false
  return run.sides.some(
    (side) =>
      unit.entries[side.index] && [...sourcesOn(run, unit, side).values()].some((source) => isUnread(side, source)),
  )
}
