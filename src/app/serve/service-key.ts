import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { readKeyBytes } from '../../config/secret-source.ts'
import { loadKeyBytes } from '../../history/fingerprint-key-file.ts'
import { AppError } from '../../model/errors.ts'
import type { Environment } from '../settings.ts'
import type { ServeRole } from './serve-config.ts'

/**
 * The bytes of the fingerprint key: what the configuration names, else FLUX_COMPARE_KEY_FILE, else the file beside the history, which is
 * made at first use. A worker has no history: it must be given the key that the service has. Throws `key-unavailable` or `config-invalid`.
 */
export function serviceKey(config: Config, role: ServeRole, history: string, env: Environment): Uint8Array {
  if (config.key !== null) return readKeyBytes(config.key, env)
  const file = env['FLUX_COMPARE_KEY_FILE']
  if (file) return readKeyBytes({ file }, env)
  if (role !== 'worker') return loadKeyBytes(join(dirname(history), 'fingerprint.key'))
  throw new AppError('key-unavailable', 'a worker has no fingerprint key of its own, and none is configured', {
    hint: 'Give it the key of the service: key.from in the configuration, or FLUX_COMPARE_KEY_FILE.',
  })
}
