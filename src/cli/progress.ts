import type { Progress } from '../service/ports.ts'
import type { Streams } from './streams.ts'

export type ProgressDisplay = {
  readonly show: (progress: Progress) => void
  readonly stop: () => void
}

const SILENT: ProgressDisplay = { show: () => {}, stop: () => {} }

/** One line on stderr that says what each cluster is at; only on a terminal, gone before the report is printed. */
export async function startProgress(quiet: boolean, streams: Streams): Promise<ProgressDisplay> {
  if (quiet || !streams.stderr.isTTY) return SILENT
  const { default: ora } = await import('ora')
  const spinner = ora({ stream: process.stderr, text: 'connecting', discardStdin: false })
  const clusters = new Map<string, ClusterProgress>()
  return {
    show: (progress) => {
      note(clusters, progress)
      spinner.text = lineOf(clusters, Math.max(20, streams.stderr.columns - 4))
      if (!spinner.isSpinning) spinner.start()
    },
    stop: () => void spinner.stop(),
  }
}

type ClusterProgress = { step: string; objects: number }

function note(clusters: Map<string, ClusterProgress>, { cluster, step, kind, objects }: Progress): void {
  const entry = clusters.get(cluster) ?? { step: 'connecting', objects: 0 }
  if (step === 'list') entry.objects += objects
  entry.step = describe(step, kind, entry.objects)
  clusters.set(cluster, entry)
}

function describe(step: Progress['step'], kind: string | null, objects: number): string {
  switch (step) {
    case 'connect':
      return 'connecting'
    case 'discover':
      return 'discovering'
    case 'list':
      return `${objects} objects${kind === null ? '' : `, ${kind}`}`
    case 'references':
      return `${objects} objects, references`
    case 'done':
      return `${objects} objects read`
    case 'failed':
      return 'failed'
  }
}

function lineOf(clusters: ReadonlyMap<string, ClusterProgress>, width: number): string {
  const line = [...clusters].map(([name, { step }]) => `${printable(name)}: ${step}`).join('  ')
  return line.length > width ? `${line.slice(0, width - 1)}…` : line
}

/** Context names come from a file; control characters in them must not reach the terminal. */
function printable(name: string): string {
  return name.replaceAll(/\p{C}/gu, '?')
}
