import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Served } from './fleet-process.ts'

const run = promisify(execFile)

/** The version of the kubectl on the path; null where there is none. */
export async function kubectlVersion(): Promise<string | null> {
  try {
    const { stdout } = await run('kubectl', ['version', '--client', '-o', 'json'])
    const version = JSON.parse(stdout) as { clientVersion: { gitVersion: string } }
    return version.clientVersion.gitVersion
  } catch {
    return null
  }
}

/** `kubectl get` of the Flux kinds that were listed, from both clusters side by side. `home`: where it keeps its discovery cache. */
export async function kubectlGetBoth(served: readonly Served[], kubeconfig: string, home: string): Promise<void> {
  const kinds = listedKinds(served[0]!).join(',')
  const get = (context: string): Promise<unknown> =>
    run('kubectl', ['--kubeconfig', kubeconfig, '--context', context, 'get', kinds, '-A', '-o', 'json'], {
      maxBuffer: 1e9,
      env: { ...process.env, HOME: home },
    })
  await Promise.all([get('staging'), get('production')])
}

/** As `helmreleases.helm.toolkit.fluxcd.io`. */
function listedKinds({ requests }: Served): string[] {
  const kinds = requests.flatMap(({ path }) => {
    const [, group, plural] = /^\/apis\/([\w.]*fluxcd[\w.]*)\/\w+\/(\w+)$/.exec(path) ?? []
    return group === undefined ? [] : [`${plural}.${group}`]
  })
  return [...new Set(kinds)]
}
