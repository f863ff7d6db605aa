import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where the history is kept unless told otherwise: `$XDG_STATE_HOME/flux-compare/history.db`, by default under `~/.local/state`.
 * Source: XDG Base Directory Specification, which says that a relative path is to be ignored.
 */
export function defaultHistoryPath(env: Environment): string {
  const state = env['XDG_STATE_HOME'] ?? ''
  const home = env['HOME'] || homedir()
  return join(isAbsolute(state) ? state : join(home, '.local', 'state'), 'flux-compare', 'history.db')
}
