import { AppError } from '../../model/errors.ts'
import { nearestName } from '../../model/nearest-names.ts'
import type { Access } from '../access.ts'
import type { ConfiguredCluster } from '../runs.ts'
import type { ServicePorts } from '../service-ports.ts'
import { seesCluster } from './access-rules.ts'

/** The configured clusters that exist for the caller, in the order of the configuration. */
export function visibleClusters(
  { clusters }: Pick<ServicePorts, 'clusters'>,
  access: Access,
): readonly ConfiguredCluster[] {
  return clusters().filter(({ name }) => seesCluster(access, name))
}

/** How many names a hint lists. */
const LISTED = 10

/** By its name, else by its slug. Throws `not-found` with the nearest name that the caller may know. */
export function findCluster(ports: Pick<ServicePorts, 'clusters'>, access: Access, text: string): ConfiguredCluster {
  const visible = visibleClusters(ports, access)
  const found = visible.find(({ name }) => name === text) ?? visible.find(({ slug }) => slug === text)
  if (found) return found
  throw new AppError('not-found', `there is no cluster ${text}`, { hint: hintFor(text, visible) })
}

function hintFor(text: string, visible: readonly ConfiguredCluster[]): string {
  if (visible.length === 0) return 'No cluster is configured that the caller may see.'
  const names = visible.map(({ name }) => name)
  const nearest = nearestName(text, [...names, ...visible.map(({ slug }) => slug)])
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : ''
  const known = `Known: ${names.slice(0, LISTED).join(', ')}${more}.`
  return nearest === null ? known : `Did you mean ${nearest}? ${known}`
}
