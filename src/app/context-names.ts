import { loadContexts } from '../clusters/kubeconfig.ts'
import type { Environment } from './settings.ts'

/** Names for completion. A kubeconfig that cannot be read offers none: completion has no place for an error. */
export async function contextNames(kubeconfig: string | null, env: Environment): Promise<readonly string[]> {
  try {
    return loadContexts({ kubeconfig, env }).names
  } catch {
    return []
  }
}
