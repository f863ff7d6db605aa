import type { RequestOptions } from 'node:https'
import { AppError } from '../model/errors.ts'
import type { Identity } from './user-identity.ts'

/**
 * The Authorization header of a legacy `auth-provider` user, by way of client-node, which knows the OpenID Connect refresh.
 * It gets a KubeConfig of its own with this one context: switching contexts in a shared one sends credentials to other clusters.
 * Throws `credential-plugin-failed`.
 */
export async function loginWithProvider(
  { cluster, user }: NonNullable<Identity['provider']>,
  context: string,
  timeoutMs: number,
): Promise<string> {
  const provider = (user.authProvider as { name?: unknown } | undefined)?.name
  if (provider !== 'oidc') {
    throw new AppError(
      'credential-plugin-failed',
      `context ${context} logs in with an auth-provider that kubectl no longer has`,
      {
        hint: 'Replace the auth-provider of its user with an exec plugin, e.g. gke-gcloud-auth-plugin or kubelogin.',
      },
    )
  }
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: context, cluster: cluster.name, user: user.name }],
    currentContext: context,
  })
  const request: RequestOptions & { headers: Record<string, string> } = { headers: {} }
  const done = config.applyToHTTPSOptions(request).catch(() => null)
  await Promise.race([done, waitAtMost(timeoutMs)])
  const authorization = request.headers['Authorization']
  if (authorization !== undefined) return authorization
  throw new AppError(
    'credential-plugin-failed',
    `context ${context} got no token from its OpenID Connect provider: log in first`,
  )
}

function waitAtMost(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
