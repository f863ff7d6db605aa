import type { Config, Environment } from './config.ts'
import { readHash } from './secret-source.ts'
import type { TokenConfig } from './sections/access.ts'

export type AccessToken = Omit<TokenConfig, 'sha256'> & { readonly sha256: string }

/** The tokens with their hashes, read from where they are. Throws `config-invalid`. */
export function accessTokens({ access }: Config, env: Environment): AccessToken[] {
  return access.tokens.map((token) => ({
    ...token,
    sha256: typeof token.sha256 === 'string' ? token.sha256 : readHash(token.sha256, env),
  }))
}
