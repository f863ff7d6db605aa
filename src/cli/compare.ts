import { readExpectations } from '../app/expectations.ts'
import { loadRightConfig } from '../app/load-right-config.ts'
import type { Comparison, Severity } from '../model/comparison.ts'
import { renderComparison } from '../report/render.ts'
import { hasDrift } from '../report/shown.ts'
import { compareSides, type ComparePorts, type CompareRequest } from '../service/compare-sides.ts'
import { parseSide } from '../service/sides.ts'
import { formatOf, layersOf, list, scopeOf, severityOf, text, type Flags } from './flags.ts'
import { wantsColor, widthOf, type Streams } from './streams.ts'
import { withWorkbench, type Work } from './with-workbench.ts'

/** More would scroll what matters off the screen; a pipe or file gets everything. */
const MAX_OBJECTS_ON_A_TERMINAL = 25

/** `flux-compare BASELINE TARGET...`: prints the comparison and gives the exit code of its verdict. */
export async function compareCommand(written: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  return withRuledComparison(written, flags, streams, async ({ comparison }) => {
    await printComparison(comparison, flags, streams)
    return exitCodeOf(comparison, severityOf(flags))
  })
}

type Told = (ruled: Awaited<ReturnType<typeof compareSides>>) => Promise<number>

/** Compares as the flags say, and tells of the result. */
export async function withRuledComparison(
  written: readonly string[],
  flags: Flags,
  streams: Streams,
  tell: Told,
): Promise<number> {
  return withRequest(written, flags, streams, async (request, ports, stopProgress) => {
    const ruled = await compareSides(request, ports)
    stopProgress()
    return tell(ruled)
  })
}

type Ask = (request: CompareRequest, ports: ComparePorts, stopProgress: () => void) => Promise<number>

/** What the flags ask for, with what it takes to answer; rules are read before any cluster is. */
export async function withRequest(
  written: readonly string[],
  flags: Flags,
  streams: Streams,
  ask: Ask,
): Promise<number> {
  const layers = layersOf(flags)
  const scope = scopeOf(flags, layers)
  const file = text(flags, 'config')
  const config = file === null ? null : loadRightConfig({ path: file, env: streams.env, role: 'worker' })
  const sources = { rules: list(flags, 'rules'), parameters: list(flags, 'parameters'), config }
  const { rules, profiles } = readExpectations(sources)
  const work: Work = async (workbench, stopProgress) => {
    const sides = written.map((side) => parseSide(side, workbench.isContext, new Date()))
    for (const side of sides) if (side.from === 'cluster') workbench.requireContext(side.cluster)
    const baseline = flags['baseline'] === false ? null : (sides[0]?.label ?? null)
    const explain = flags['explain'] === true
    const request = { sides, baseline, scope, layers, ignore: list(flags, 'ignore'), rules, profiles, explain }
    return ask(request, workbench.ports, stopProgress)
  }
  return withWorkbench(flags, streams, work, { config })
}

export async function printComparison(comparison: Comparison, flags: Flags, streams: Streams): Promise<void> {
  const color = (flags['color'] as 'auto' | 'always' | 'never' | undefined) ?? 'auto'
  const rendered = renderComparison(comparison, formatOf(flags), {
    width: widthOf(streams.stdout, streams.env),
    color: wantsColor(color, streams.stdout, streams.env),
    explain: flags['explain'] === true,
    severity: severityOf(flags),
    showParametric: flags['showParametric'] === true,
    maxObjects: streams.stdout.isTTY ? MAX_OBJECTS_ON_A_TERMINAL : null,
  })
  await streams.stdout.write(rendered)
}

/**
 * As `kubectl diff` and `flux diff`: 0 without drift, 1 with some; 2 where something could not be read. With `--severity`, drift counts
 * from that severity on.
 */
export function exitCodeOf(comparison: Comparison, severity: Severity | null): number {
  if (comparison.verdict === 'drifted' && severity !== null) return Number(hasDrift(comparison, severity))
  return { 'in-sync': 0, drifted: 1, incomplete: 2 }[comparison.verdict]
}
