import { checkClusters } from '../app/check-clusters.ts'
import { AppError } from '../model/errors.ts'
import { renderList } from './data-output.ts'
import { connectionOf, text, type Flags } from './flags.ts'
import { interruptible } from './interrupt.ts'
import type { Streams } from './streams.ts'

/** `flux-compare clusters [--check]`: what can be compared; with `--check`, exit code 2 where one does not answer. */
export async function clustersCommand(flags: Flags, streams: Streams): Promise<number> {
  const format = text(flags, 'output') ?? 'table'
  const interrupt = interruptible()
  try {
    const rows = await checkClusters(connectionOf(flags), streams.env, flags['check'] === true, interrupt.signal)
    if (rows.length === 0) {
      throw new AppError('no-clusters', 'the kubeconfig offers no context')
    }
    await streams.stdout.write(render(format, rows, flags['check'] === true))
    return rows.every(({ error }) => error === null) ? 0 : 2
  } finally {
    interrupt.release()
  }
}

type Row = Awaited<ReturnType<typeof checkClusters>>[number]

function render(format: string, rows: readonly Row[], checked: boolean): string {
  if (!checked) {
    return renderList(
      format,
      rows.map(({ name, server, user, namespace, current }) => ({ name, server, user, namespace, current })),
      {
        heads: ['NAME', 'SERVER', 'USER', 'CURRENT'],
        rows: rows.map(({ name, server, user, current }) => [name, server ?? '-', user, current ? '*' : '']),
      },
    )
  }
  return renderList(format, rows, {
    heads: ['NAME', 'SERVER', 'KUBERNETES', 'FLUX', 'ANSWERS'],
    rows: rows.map(({ name, server, kubernetes, flux, error }) => [
      name,
      server ?? '-',
      kubernetes ?? '-',
      flux ?? '-',
      error === null ? 'yes' : `no: ${error.message}`,
    ]),
  })
}
