import { createLog, type LogLevel } from '../app/log.ts'
import { serve, type Ready } from '../app/serve/serve.ts'
import type { ServeRole } from '../app/serve/serve-config.ts'
import { text, type Flags } from './flags.ts'
import { interruptible } from './interrupt.ts'
import type { Streams } from './streams.ts'

/** `flux-compare serve`: answers until SIGTERM or Ctrl-C; 0 where it ended in order. */
export async function serveCommand(flags: Flags, streams: Streams): Promise<number> {
  const interrupt = interruptible()
  const logLevel = (text(flags, 'logLevel') ?? 'info') as LogLevel
  const log = createLog(logLevel)
  try {
    await serve({
      flags: {
        config: text(flags, 'config'),
        listen: text(flags, 'listen'),
        role: (text(flags, 'role') ?? 'all') as ServeRole,
        pool: text(flags, 'pool'),
        kubeconfig: text(flags, 'kubeconfig'),
      },
      env: streams.env,
      folder: process.cwd(),
      log,
      logLevel,
      signal: interrupt.signal,
      onReady: async (ready) => {
        log.info('listening', { listen: ready.address, clusters: ready.config.clusters.length })
        if (streams.stdout.isTTY) await streams.stdout.write(welcome(ready))
      },
    })
    return 0
  } finally {
    interrupt.release()
    log.flush()
    endSoon()
  }
}

const LINGER_MS = 2_000

/** All is closed and written: a socket that a library has lost sight of must not keep the process from ending, nor its supervisor waiting. */
function endSoon(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

function welcome({ address, basePath, config, tls }: Ready): string {
  const url = `${tls ? 'https' : 'http'}://${address}${basePath}`
  const [first, second] = config.clusters
  const compare =
    first && second
      ? `curl '${url}/api/v1/compare?baseline=${first.slug}&target=${second.slug}&maxAge=5m&format=table'\n  `
      : ''
  return `
flux-compare serves ${config.clusters.length} ${config.clusters.length === 1 ? 'cluster' : 'clusters'} on ${url}
  ${compare}curl ${url}/api/v1/clusters
  ${url}/docs     the API, to read and to try
Ctrl-C ends it.

`
}
