import { hash } from 'node:crypto'
import { dig, digArray, digString, isJsonObject, own, type Json, type JsonObject } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import type { ReadConfig } from './config-object.ts'
import type { CompositionProblem } from './effective.ts'
import { mergeHelmValues, valuesText } from './helm-values.ts'
import { readYamlValues } from './yaml.ts'

/** Whether the values composed from what is on the cluster are those that helm-controller last took, by its own digest of them. */
export type DigestCheck = 'matches' | 'differs' | 'not-verifiable'

/** What the unmasked values of a HelmRelease told when its snapshot was taken; free of values. */
export type ValuesCheck = {
  readonly digest: DigestCheck
  readonly problem: {
    readonly reason: CompositionProblem
    /** Index in valuesFrom; null: spec.values. */
    readonly at: number | null
    readonly line: number | null
  } | null
  /** The controller drops all inline values, for a sign that YAML forbids. */
  readonly inlineIgnored: boolean
}

/** Where the check stands in the status body of a HelmRelease. */
const FIELD = 'valuesCheck'

/**
 * Composes the values of a release as its controller does and compares their digest with the controller's. Not verifiable: there is no
 * digest, its algorithm is not known, the controller has not seen the latest generation or is suspended, or something could not be read.
 * `readText` may remember what it read.
 */
export function checkValues(release: RawObject, read: ReadConfig, readText = readYamlValues): ValuesCheck {
  const spec = own(release, 'spec')
  const merged = mergeHelmValues(dig(spec, 'valuesFrom'), dig(spec, 'values'), read, readText)
  if (!merged.ok) {
    const { reason, at, line } = merged
    const problem = reason === 'read failed' ? null : { reason, at, line }
    return { digest: 'not-verifiable', problem, inlineIgnored: false }
  }
  const taken = isSettled(release) ? takenDigest(own(release, 'status')) : null
  return { digest: compareWith(taken, merged.values), problem: null, inlineIgnored: merged.inlineIgnored }
}

/** helm-controller's flag `--snapshot-digest-algo` also knows algorithms that we do not. */
const ALGORITHM = /^(sha(?:256|384|512)):/

function compareWith(taken: string | null, values: JsonObject): DigestCheck {
  const algorithm = ALGORITHM.exec(taken ?? '')?.[1]
  if (algorithm === undefined) return 'not-verifiable'
  return taken === `${algorithm}:${hash(algorithm, valuesText(values), 'hex')}` ? 'matches' : 'differs'
}

/** The digest over the values of the last attempt, as helm-controller writes it; null where there is none. Also of a reduced status. */
export function takenDigest(status: Json | undefined): string | null {
  return (
    digString(status, 'lastAttemptedConfigDigest') || digString(digArray(status, 'history')[0], 'configDigest') || null
  )
}

function isSettled(release: RawObject): boolean {
  const observed = dig(release, 'status', 'observedGeneration')
  const generation = dig(release, 'metadata', 'generation')
  const seen = typeof generation !== 'number' || (typeof observed === 'number' && observed >= generation)
  return seen && dig(release, 'spec', 'suspend') !== true
}

/** Adds the check to the reduced status of a release. */
export function withValuesCheck(
  status: JsonObject | null,
  { digest, problem, inlineIgnored }: ValuesCheck,
): JsonObject {
  const check: Record<string, Json> = { digest }
  if (problem !== null) check['problem'] = problem
  if (inlineIgnored) check['inlineIgnored'] = true
  return { ...status, status: { ...(dig(status ?? {}, 'status') as JsonObject | undefined), [FIELD]: check } }
}

/** The body as it was before {@link withValuesCheck}: the check says something of the reading, not of the cluster. */
export function withoutValuesCheck(body: JsonObject): JsonObject {
  const status = own(body, 'status')
  if (!isJsonObject(status) || !Object.hasOwn(status, FIELD)) return body
  const { status: _status, ...rest } = body
  const kept = Object.entries(status).filter(([key]) => key !== FIELD)
  return kept.length === 0 ? rest : { ...rest, status: Object.fromEntries(kept) }
}

/** Reads what {@link withValuesCheck} wrote; null where there is none, or not a well-formed one. */
export function valuesCheckOf(body: JsonObject): ValuesCheck | null {
  const check = dig(body, 'status', FIELD)
  const digest = digString(check, 'digest')
  if (digest !== 'matches' && digest !== 'differs' && digest !== 'not-verifiable') return null
  const problem = own(check, 'problem')
  const at = own(problem, 'at')
  const line = own(problem, 'line')
  return {
    digest,
    problem: isJsonObject(problem)
      ? {
          reason: problem['reason'] as CompositionProblem,
          at: typeof at === 'number' ? at : null,
          line: typeof line === 'number' ? line : null,
        }
      : null,
    inlineIgnored: own(check, 'inlineIgnored') === true,
  }
}
