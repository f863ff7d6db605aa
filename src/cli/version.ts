import { VERSION } from '../model/version.ts'
import { text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'
import { renderList } from './data-output.ts'

/** `flux-compare version`. */
export async function versionCommand(flags: Flags, streams: Streams): Promise<void> {
  const data = { version: VERSION, node: process.versions.node, platform: `${process.platform}/${process.arch}` }
  const format = text(flags, 'output') ?? 'text'
  const line = `flux-compare: v${VERSION}\n`
  await streams.stdout.write(format === 'text' ? line : renderList(format, data, { heads: [], rows: [] }))
}
