import { cpus } from 'node:os'

/** Milliseconds of wall time. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

export function machine(): string {
  return `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`
}

/** Samples by name, of which the medians count. */
export function createSamples(): {
  add: (sample: Readonly<Record<string, number>>) => void
  median: (name: string) => number
} {
  const all = new Map<string, number[]>()
  return {
    add: (sample) => {
      for (const [name, value] of Object.entries(sample)) all.set(name, [...(all.get(name) ?? []), value])
    },
    median: (name) => median(all.get(name)!),
  }
}

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [header, header.map(() => '---'), ...rows]
  for (const cells of lines) console.log(`| ${cells.join(' | ')} |`)
}
