import { AppError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { toYaml } from '../report/yaml.ts'
import { readerRoles, type RoleSubject } from '../service/reader-roles.ts'
import { list, text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'
import { withWorkbench } from './with-workbench.ts'

/** `flux-compare rbac --context CONTEXT`: prints the Roles that a reader of this cluster needs, by the references found there. No Secret is read. */
export async function rbacCommand(flags: Flags, streams: Streams): Promise<number> {
  const context = text(flags, 'context')
  if (context === null) {
    throw new AppError('input-invalid', '--context is missing', {
      hint: 'Name the cluster: flux-compare rbac --context production',
    })
  }
  const subject = subjectOf(flags)
  const namespaces = list(flags, 'namespace')
  const scope = {
    kinds: null,
    namespaces: namespaces.length === 0 ? null : namespaces,
    selector: null,
    resource: null,
    secrets: 'off',
    events: false,
  } as const
  return withWorkbench({ ...flags, history: false }, streams, async ({ ports, requireContext }, stopProgress) => {
    requireContext(context)
    const { signal, progress } = ports
    const snapshot = await ports.clusters.collect({ cluster: context, scope, known: null, signal, progress })
    stopProgress()
    if (snapshot.error) throw new AppError(snapshot.error.code, snapshot.error.message, { hint: snapshot.error.hint })
    await streams.stdout.write(render(readerRoles(snapshot.references, subject)))
    const unread = snapshot.coverage.filter(({ status }) => status === 'forbidden' || status === 'failed')
    const kinds = unread.map(({ kind }) => kind)
    if (kinds.length === 0) return 0
    await streams.stderr.write(
      `error: ${context}: not read, so what they refer to is missing here: ${kinds.join(', ')}\n`,
    )
    return 2
  })
}

function render(objects: readonly JsonObject[]): string {
  return objects.map((object) => toYaml(object)).join('---\n')
}

function subjectOf(flags: Flags): RoleSubject {
  const user = text(flags, 'user')
  const group = text(flags, 'group')
  if (user !== null) return { kind: 'User', name: user }
  if (group !== null) return { kind: 'Group', name: group }
  const [namespace, name, ...rest] = (text(flags, 'serviceAccount') ?? '').split('/')
  if (namespace && name && rest.length === 0) return { kind: 'ServiceAccount', namespace, name }
  throw new AppError(
    'input-invalid',
    `--service-account ${text(flags, 'serviceAccount')} is not of the form namespace/name`,
  )
}
