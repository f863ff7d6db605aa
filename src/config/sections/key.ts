import * as z from 'zod'
import { refusedLiteral, secretSource } from '../words.ts'

export const keySchema = z
  .strictObject({
    value: refusedLiteral('from: { file: /run/secrets/fingerprint.key }'),
    from: secretSource('FLUX_COMPARE_KEY'),
  })
  .meta({
    description:
      'The fingerprint key that all collectors share: 32 random bytes, in base64 in a variable, raw or in base64 in a file. Default: the file beside the history, made at first use.',
  })
