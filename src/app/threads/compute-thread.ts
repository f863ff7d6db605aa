import { workerData } from 'node:worker_threads'
import { createFingerprint, createFingerprintKey } from '../../flux/fingerprint.ts'
import { openHistoryReader } from '../../history/service-history.ts'
import { VERSION } from '../../model/version.ts'
import { isOutputFormat } from '../../report/formats.ts'
import { renderComparison } from '../../report/render.ts'
import type { Comparison } from '../../model/comparison.ts'
import { AppError } from '../../model/errors.ts'
import type { HistoryReader } from '../../service/kept-reads.ts'
import { createCompute, type Compute } from '../../service/compute/compute.ts'
import type { Rendered } from '../../service/service.ts'
import { createLog } from '../log.ts'
import type { ComputeThreadData } from './compute-functions.ts'
import type { Functions } from './rpc.ts'
import { runThread } from './run-thread.ts'

// Entry of the thread that compares and renders: it reads what is kept and writes nothing.

/** Documents are written for pipes: no colour, and the width that a log has. */
const WIDTH = 120

const { path, migrations, key, logLevel } = workerData as ComputeThreadData

runThread(createLog(logLevel).child({ thread: 'compute' }), () => {
  const reader = openHistoryReader({ path, migrations, engine: VERSION })
  const compute = createCompute({
    reads: { snapshot: reader.keptSnapshot, comparison: reader.loadComparison, versionSteps: reader.versionSteps },
    engine: { engine: VERSION, fingerprint: createFingerprint(createFingerprintKey(key)) },
    render,
  })
  const inBytes: Compute = {
    ...compute,
    render: (source, format) => bytesOf(compute.render(source, format)),
    exportSnapshot: (id, scope) => bytesOf(compute.exportSnapshot(id, scope)),
  }
  return inOneState(inBytes, reader)
})

/** Encoded here, once: a text would be encoded by the thread that answers, each time that it is asked for. */
function bytesOf({ body, etag }: Rendered): Rendered {
  return { body: typeof body === 'string' ? new TextEncoder().encode(body) : body, etag }
}

function render(comparison: Comparison, format: string): string {
  if (!isOutputFormat(format)) throw new AppError('input-invalid', `${format} is not an output format`)
  const explain = comparison.explanations !== undefined
  return renderComparison(comparison, format, { width: WIDTH, color: false, explain, maxObjects: null })
}

/** What is not needed any more may be removed while a call reads: each sees one state of the database. */
function inOneState(functions: Compute, { inOneState }: Pick<HistoryReader, 'inOneState'>): Functions {
  const entries = Object.entries(functions as unknown as Record<string, (...args: readonly unknown[]) => unknown>)
  return Object.fromEntries(
    entries.map(([name, work]) => [name, (...args: readonly unknown[]) => inOneState(() => work(...args))]),
  )
}
