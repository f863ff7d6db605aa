import { createHash, randomBytes } from 'node:crypto'
import { toYaml } from '../report/yaml.ts'
import type { Streams } from './streams.ts'

const BYTES = 32

/** `flux-compare token [NAME]`: the token alone on stdout, so that it can be piped to where it is kept; what to configure on stderr. */
export async function tokenCommand(name: string, streams: Streams): Promise<number> {
  const token = `fct_${randomBytes(BYTES).toString('base64url')}`
  const sha256 = createHash('sha256').update(token).digest('hex')
  await streams.stdout.write(`${token}\n`)
  const section = toYaml({ access: { tokens: [{ name, sha256, scopes: ['read'] }] } })
  await streams.stderr.write(
    `The token is shown once. In the configuration of the service (or as FLUX_COMPARE_TOKEN_SHA256, by sha256From):\n\n${section}`,
  )
  return 0
}
