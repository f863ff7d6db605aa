import { realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, isAbsolute, sep } from 'node:path'
import { AppError } from '../model/errors.ts'
import { digString } from '../model/json.ts'
import { targetOf, type ClusterTarget } from './cluster-target.ts'
import { invalidContext, pathIn } from './kubeconfig-fields.ts'
import { readKubeconfig, type Environment, type Kubeconfig, type KubeconfigEntry } from './kubeconfig-file.ts'

/** Keys of a Secret that holds a kubeconfig, in the order in which Flux looks. Source: fluxcd/pkg runtime/client, KubeConfigSecretRef. */
const KEYS = ['value', 'value.yaml']

/** Fields that name files, by entry. Source: k8s.io/client-go/tools/clientcmd/api/v1. */
const CLUSTER_FILES = ['certificate-authority']
const USER_FILES = ['client-certificate', 'client-key', 'tokenFile']

/**
 * The cluster of a self-contained kubeconfig, as a Flux `spec.kubeConfig` Secret holds it: its current context. `path` is the
 * file, or the folder where the Secret is mounted. It comes from whoever may write that Secret, so it must not read other files of
 * this machine: files that it names must lie beside it. Throws `kubeconfig-invalid`.
 */
export function mountedTarget(path: string, env: Environment): ClusterTarget {
  const file = fileAt(path)
  const config = readKubeconfig(file, {}, dirname(file))
  const context = currentContext(config, file)
  const cluster = config.clusters.get(digString(context.fields, 'cluster') ?? '')
  const user = config.users.get(digString(context.fields, 'user') ?? '')
  keepInside(cluster, CLUSTER_FILES, context)
  keepInside(user, USER_FILES, context)
  if (user && 'auth-provider' in user.fields) {
    throw invalidContext(context, 'logs in with an auth-provider, which a mounted kubeconfig must not')
  }
  return targetOf(context, config, env)
}

function fileAt(path: string): string {
  const kind = kindOf(path)
  if (kind === null) throw new AppError('kubeconfig-invalid', `kubeconfig ${path} does not exist`)
  if (kind === 'file') return path
  const found = KEYS.map((key) => join(path, key)).find((file) => kindOf(file) === 'file')
  if (found !== undefined) return found
  throw new AppError(
    'kubeconfig-invalid',
    `the folder ${path} holds no kubeconfig: there is no ${KEYS.join(' or ')} in it`,
  )
}

function kindOf(path: string): 'file' | 'folder' | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return null
  return found.isDirectory() ? 'folder' : 'file'
}

function currentContext(config: Kubeconfig, file: string): KubeconfigEntry {
  if (config.current === null) throw new AppError('kubeconfig-invalid', `kubeconfig ${file} has no current-context`)
  const context = config.contexts.get(config.current)
  if (context) return context
  throw new AppError('kubeconfig-invalid', `kubeconfig ${file} has a current-context that is not defined`)
}

function keepInside(entry: KubeconfigEntry | undefined, fields: readonly string[], context: KubeconfigEntry): void {
  if (!entry) return
  for (const field of fields) {
    const path = pathIn(entry, digString(entry.fields, field))
    if (path !== null && !isInside(path, entry.folder)) {
      throw invalidContext(context, `names a ${field} outside of its folder; put its data into the kubeconfig`)
    }
  }
}

/** By real paths: mounted Secrets are links, and a link could lead anywhere. A file that is not there is told when it is read. */
function isInside(path: string, folder: string): boolean {
  const way = relative(realOrSame(folder), realOrSame(path))
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function realOrSame(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
