import { openWorkbench } from '../app/workbench.ts'
import type { Comparison } from '../model/comparison.ts'
import { renderComparison } from '../report/render.ts'
import { compareSides } from '../service/compare-sides.ts'
import { parseSide } from '../service/sides.ts'
import { connectionOf, formatOf, historyOf, layersOf, list, scopeOf, type Flags } from './flags.ts'
import { startProgress } from './progress.ts'
import { interruptible } from './interrupt.ts'
import { wantsColor, widthOf, type Streams } from './streams.ts'

/** More would scroll what matters off the screen; a pipe or file gets everything. */
const MAX_OBJECTS_ON_A_TERMINAL = 25

/** `flux-compare BASELINE TARGET...`: prints the comparison and gives the exit code of its verdict. */
export async function compareCommand(written: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  const layers = layersOf(flags)
  const scope = scopeOf(flags, layers)
  const progress = await startProgress(flags['quiet'] === true, streams)
  const interrupt = interruptible()
  const workbench = openWorkbench({
    connection: connectionOf(flags),
    history: historyOf(flags),
    env: streams.env,
    stdin: streams.stdin,
    signal: interrupt.signal,
    progress: progress.show,
  })
  try {
    const sides = written.map((side) => parseSide(side, workbench.isContext, new Date()))
    for (const side of sides) if (side.from === 'cluster') workbench.requireContext(side.cluster)
    const comparison = await compareSides(
      {
        sides,
        baseline: flags['baseline'] === false ? null : (sides[0]?.label ?? null),
        scope,
        layers,
        ignore: list(flags, 'ignore'),
        explain: flags['explain'] === true,
      },
      workbench.ports,
    )
    progress.stop()
    await printComparison(comparison, flags, streams)
    return exitCodeOf(comparison)
  } finally {
    progress.stop()
    interrupt.release()
    workbench.close()
  }
}

export async function printComparison(comparison: Comparison, flags: Flags, streams: Streams): Promise<void> {
  const color = (flags['color'] as 'auto' | 'always' | 'never' | undefined) ?? 'auto'
  const text = renderComparison(comparison, formatOf(flags), {
    width: widthOf(streams.stdout, streams.env),
    color: wantsColor(color, streams.stdout, streams.env),
    explain: flags['explain'] === true,
    maxObjects: streams.stdout.isTTY ? MAX_OBJECTS_ON_A_TERMINAL : null,
  })
  await streams.stdout.write(text)
}

/** As `kubectl diff` and `flux diff`: 0 without differences, 1 with some; 2 where something could not be read. */
export function exitCodeOf({ verdict }: Pick<Comparison, 'verdict'>): number {
  return { 'in-sync': 0, drifted: 1, incomplete: 2 }[verdict]
}
