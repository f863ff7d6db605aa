import type { Config } from './config.ts'
import type { Path } from './problems.ts'
import { resolveRules } from './rules.ts'
import type { WrittenConfig } from './schema.ts'
import { resolveAccess } from './sections/access.ts'
import { resolveChannels } from './sections/channels.ts'
import { resolveClusters } from './sections/clusters.ts'
import { resolveComparisons } from './sections/comparisons.ts'
import { resolveHistory } from './sections/history.ts'
import { resolveRedis } from './sections/redis.ts'
import { resolveServer } from './sections/server.ts'
import { resolveSource } from './words.ts'

/** The written configuration with absolute paths, times in milliseconds and defaults. `folder` is that of the file. */
export function resolveConfig(
  written: WrittenConfig,
  source: string,
  folder: string,
  lineOf: (path: Path) => number,
): Config {
  return {
    source,
    clusters: resolveClusters(written.clusters, folder),
    comparisons: resolveComparisons(written.comparisons),
    owners: written.owners,
    rules: resolveRules(written.rules, source, lineOf),
    channels: resolveChannels(written.channels, folder),
    server: resolveServer(written.server, folder),
    redis: written.redis === undefined ? null : resolveRedis(written.redis, folder),
    history: resolveHistory(written.history, folder),
    key: written.key === undefined ? null : resolveSource(written.key.from, folder),
    access: resolveAccess(written.access, folder),
    execPlugins: written.execPlugins,
  }
}
