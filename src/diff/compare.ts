import { digestOf } from '../flux/digest.ts'
import type { Fingerprint } from '../flux/fingerprint.ts'
import { uniqueSlugs } from '../model/cluster.ts'
import type { ClusterName } from '../model/cluster.ts'
import type { ComparedCluster, Comparison, Finding, Layer } from '../model/comparison.ts'
import { AppError } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { indexConfigReferences } from './config-references.ts'
import { coverageFindings } from './coverage-findings.ts'
import { driftsOf } from './drifts.ts'
import { indexEvents } from './events.ts'
import { explain } from './explanations.ts'
import { createAskedCoverage, filterUnits } from './filter.ts'
import type { AskedCoverage, ObjectFilter } from './filter.ts'
import { compareFindings, findingOf } from './finding.ts'
import { participantsOf } from './fingerprints.ts'
import { compareInstall } from './install.ts'
import type { InstallComparison } from './install.ts'
import { linkEffective } from './link-effective.ts'
import { objectFindings } from './object-findings.ts'
import { createIdentity, createReplacers } from './parameters/identity.ts'
import type { Identity, Replacers } from './parameters/identity.ts'
import { createNameMatcher, indexObjects, pairObjects } from './pairing.ts'
import type { Unit } from './pairing.ts'
import { PRESENT } from './presence.ts'
import { proofDocument } from './proof/prove.ts'
import { indexOtherReferences } from './proof/references.ts'
import { settleUnread } from './proof/settle.ts'
import { createRuleSet } from './rules/rule-set.ts'
import type { Profiles } from './rules/choice.ts'
import { ruleFindings } from './rules/rule-findings.ts'
import { ruleUsage } from './rules/usage.ts'
import type { RuleUsage } from './rules/usage.ts'
import type { Run } from './run.ts'
import { createSides } from './side.ts'
import type { Side } from './side.ts'
import { skewFindings } from './skew-findings.ts'
import { summarize, verdictOf } from './summary.ts'
import { compareUnit } from './unit.ts'
import type { UnitResult } from './unit.ts'
import { unservedFields } from './unserved-fields.ts'
import type { Unserved } from './unserved-fields.ts'

export type CompareInput = {
  readonly id: string
  /** In the order in which the clusters are to be told. */
  readonly snapshots: readonly Snapshot[]
  /** Null: each object is measured against its most common variant. */
  readonly baseline: ClusterName | null
  readonly layers: readonly Layer[]
  /** Path patterns whose differences are hidden (see `parsePathPattern`). */
  readonly ignore: readonly string[]
  readonly rules?: readonly Rule[]
  /** What the configuration says of the clusters, by the name of the side. */
  readonly profiles?: Profiles
  readonly filter: ObjectFilter
  readonly explain: boolean
  readonly engine: string
  /** The key under which the snapshots were masked; null where it is not at hand. */
  readonly fingerprint: Fingerprint | null
}

export type RuledComparison = { readonly comparison: Comparison; readonly usage: readonly RuleUsage[] }

const NO_INSTALL: InstallComparison = { results: [], skews: [] }

/**
 * Compares N snapshots. The same input gives the same bytes, whatever the order of entries and keys; only `id` is taken as it is.
 * Throws `input-invalid` for a baseline that is not among the snapshots, a broken selector or path pattern, and `same-side-twice`
 * for two snapshots of one name, `comparison-too-large` for more differences than a document can hold.
 */
export function compareSnapshots(input: CompareInput): Comparison {
  return compareByRules(input).comparison
}

/** As {@link compareSnapshots}, with what each rule did. */
export function compareByRules(input: CompareInput): RuledComparison {
  const sides = createSides(input.snapshots)
  const baseline = baselineOf(input, sides)
  const replacers = createReplacers(sides, input.profiles ?? {})
  const identity = createIdentity(sides, replacers)
  const paired = pairObjects(sides, baseline?.index ?? null, identity)
  const run = createRun(input, { sides, baseline, paired, replacers })
  const units = filterUnits(paired, sides, input.filter).filter((unit) => isComparable(unit, run))
  const install = run.layers.has('install') ? compareInstall(run, input.filter) : NO_INSTALL
  const compared = units.map((unit) => compareUnit(run, unit))
  const unserved = unservedFields(run, linkEffective(run, compared))
  const settled = settleUnread(run, [...unserved.results, ...install.results])
  const { results } = settled
  requireTellable(results.reduce((sum, { differences }) => sum + differences.length, 0))
  const asked = createAskedCoverage(input)
  const drifts = driftsOf(run, indexObjects(paired), results)
  const content = {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Comparison',
    phase: 'done',
    engine: input.engine,
    baseline: input.baseline,
    verdict: verdictOf(sides, { ...settled, asked, unserved }),
    clusters: comparedClusters(sides),
    summary: summarize(results, drifts),
    findings: findingsOf(run, { results, install, asked, units, identity, unserved }),
    drifts,
    ...proofsOf(run, results),
    ...(input.explain ? { explanations: explain(run, results) } : {}),
  } as const
  const { apiVersion, kind, phase, ...rest } = content
  const comparison = { apiVersion, kind, id: input.id, phase, digest: digestOf(content), ...rest }
  return { comparison, usage: ruleUsage(run, results) }
}

/** A text of Node holds 512 MiB, and a difference with its values and origins is some hundred bytes of it. */
const MOST_DIFFERENCES = 400_000

/** Throws `comparison-too-large`. */
export function requireTellable(differences: number): void {
  if (differences <= MOST_DIFFERENCES) return
  throw new AppError(
    'comparison-too-large',
    `the clusters differ in ${differences} places, and one comparison tells ${MOST_DIFFERENCES}`,
  )
}

function baselineOf(input: CompareInput, sides: readonly Side[]): Side | null {
  if (input.baseline === null) return null
  const baseline = sides.find((side) => side.name === input.baseline)
  if (baseline) return baseline
  throw new AppError('input-invalid', `the baseline "${input.baseline}" is not one of the clusters compared`)
}

type Paired = {
  readonly sides: readonly Side[]
  readonly baseline: Side | null
  readonly paired: readonly Unit[]
  readonly replacers: Replacers
}

function createRun(input: CompareInput, { sides, baseline, paired, replacers }: Paired): Run {
  const layers = new Set(input.layers)
  return {
    sides,
    baseline,
    allPresent: sides.map(() => PRESENT),
    participants: participantsOf(
      input.baseline,
      sides.map((side) => side.name),
    ),
    layers,
    rules: createRuleSet({ ignore: input.ignore, rules: input.rules ?? [], profiles: input.profiles ?? {} }, sides),
    replacers,
    fingerprint: input.fingerprint,
    events: layers.has('events') ? indexEvents(sides) : null,
    configReferences: layers.has('values') || layers.has('substitutions') ? indexConfigReferences(sides) : null,
    otherReferences: layers.has('data') ? indexOtherReferences(sides) : [],
    sameName: createNameMatcher(paired),
  }
}

/** A FluxReport is current state from end to end, and a ConfigMap or Secret belongs to the layer `data`. */
function isComparable({ ref, data }: Unit, { layers }: Run): boolean {
  if (data) return layers.has('data') || layers.has('presence')
  return ref.kind !== 'FluxReport' || layers.has('status')
}

type Outcome = {
  readonly results: readonly UnitResult[]
  readonly install: InstallComparison
  readonly asked: AskedCoverage
  readonly units: readonly Unit[]
  readonly identity: Identity
  readonly unserved: Unserved
}

function findingsOf(run: Run, { results, install, asked, units, identity, unserved }: Outcome): Finding[] {
  const found = [
    ...coverageFindings(run.sides, units, asked),
    ...skewFindings(run, install.skews),
    ...objectFindings(run, results),
    ...unserved.findings,
    ...results.flatMap((result) => result.findings),
    ...ruleFindings(run),
    ...identity.findings,
  ]
  return found.map((finding) => findingOf(run.participants, finding)).sort(compareFindings)
}

/** In the order of the objects; left out where nothing is open. */
function proofsOf(run: Run, results: readonly UnitResult[]): Pick<Comparison, 'proofs'> {
  const proofs = results.flatMap(({ unit, proof }) => (proof === null ? [] : [proofDocument(run, unit, proof)]))
  return proofs.length === 0 ? {} : { proofs }
}

function comparedClusters(sides: readonly Side[]): ComparedCluster[] {
  const slugs = uniqueSlugs(sides.map((side) => side.name))
  return sides.map(({ name, snapshot }) => ({
    name,
    slug: slugs.get(name)!,
    snapshot: snapshot.id,
    takenAt: snapshot.takenAt,
    uid: snapshot.uid,
    kubernetes: snapshot.install.kubernetes,
    flux: snapshot.install.flux,
    error: snapshot.error,
    coverage: snapshot.coverage,
  }))
}
