import { dig, digArray, digString, isJsonArray, own, type Json } from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import type { ControllerFacts, InstallFacts, RawObject } from '../model/snapshot.ts'
import { readControllerArgs } from './controller-args.ts'
import { refOf } from './identity.ts'
import { parseRevision } from './revision.ts'

export type InstallInput = {
  readonly instances: RawObject[]
  readonly reports: RawObject[]
  /** Deployments labelled `app.kubernetes.io/part-of=flux`. */
  readonly deployments: RawObject[]
  readonly kubernetes: string | null
}

const OPERATOR = 'flux-operator'

/**
 * What is installed on a cluster, from whatever of it could be read. The Flux distribution is, in this order,
 * `spec.distribution.version` of the FluxReport, the version that the FluxInstance last applied, the label
 * `app.kubernetes.io/version` that most of the controllers' Deployments carry, and `spec.distribution.version` of the
 * FluxInstance where it is exact (`2.x` is not). Controllers come from the Deployments; where there are none, name, version and
 * image come from the FluxReport, and arguments and feature gates stay empty. A controller's version is the tag of its image,
 * else its version label. Malformed objects are left out of account, never thrown at.
 */
export function installFacts(input: InstallInput): InstallFacts {
  const { instances, kubernetes } = input
  const [report] = sorted(input.reports)
  const [instance] = sorted(instances)
  const controllers = input.deployments.filter((deployment) => refOf(deployment).name !== OPERATOR)
  const operator = input.deployments.find((deployment) => refOf(deployment).name === OPERATOR)
  const flux =
    digString(report, 'spec', 'distribution', 'version') ||
    parseRevision(digString(instance, 'status', 'lastAppliedRevision') ?? '').name ||
    commonLabel(controllers) ||
    exact(digString(instance, 'spec', 'distribution', 'version'))
  const operatorVersion =
    digString(report, 'spec', 'operator', 'version') || (operator && fromDeployment(operator).version)
  return {
    flux: withV(flux || null),
    operator: withV(operatorVersion || null),
    kubernetes,
    controllers: (controllers.length > 0 ? controllers.map(fromDeployment) : fromReport(report)).sort(
      (a, b) => compareText(a.name, b.name) || compareText(a.namespace, b.namespace),
    ),
  }
}

function fromDeployment(deployment: RawObject): ControllerFacts {
  const { name, namespace } = refOf(deployment)
  const container = managerOf(digArray(deployment, 'spec', 'template', 'spec', 'containers'))
  const image = digString(container, 'image') ?? null
  const args = own(container, 'args')
  return {
    name,
    namespace,
    version: withV((image === null ? null : tagOf(image)) ?? versionLabel(deployment) ?? null),
    image,
    ...readControllerArgs(isJsonArray(args) ? args : digArray(container, 'command').slice(1)),
  }
}

function fromReport(report: RawObject | undefined): ControllerFacts[] {
  if (!report) return []
  const { namespace } = refOf(report)
  return digArray(report, 'spec', 'components').flatMap((component) => {
    const name = digString(component, 'name')
    if (!name) return []
    const image = digString(component, 'image') ?? null
    const version = withV(image === null ? null : tagOf(image))
    return [{ name, namespace, version, image, args: {}, featureGates: {} }]
  })
}

/** Flux names its container `manager`; service meshes add others, in any order. */
function managerOf(containers: readonly Json[]): Json | undefined {
  return containers.find((container) => own(container, 'name') === 'manager') ?? containers[0]
}

/** `v1.9.0` of `ghcr.io:443/fluxcd/helm-controller:v1.9.0@sha256:...`; null where an image has no tag. */
function tagOf(image: string): string | null {
  const [path = ''] = image.split('@')
  const colon = path.lastIndexOf(':')
  return colon > path.lastIndexOf('/') ? path.slice(colon + 1) || null : null
}

function versionLabel(deployment: RawObject): string | undefined {
  return digString(dig(deployment, 'metadata', 'labels'), 'app.kubernetes.io/version')
}

function commonLabel(deployments: readonly RawObject[]): string | undefined {
  const counts = new Map<string, number>()
  for (const deployment of deployments) {
    const label = versionLabel(deployment)
    if (label) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || compareText(b[0], a[0]))
  return most?.[0]
}

function exact(version: string | undefined): string | undefined {
  return version && /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version) ? version : undefined
}

/** Manifests write `v2.9.4`, charts `2.9.4`. */
function withV(version: string | null): string | null {
  return version !== null && /^\d/.test(version) ? `v${version}` : version
}

function sorted(objects: readonly RawObject[]): RawObject[] {
  return objects.toSorted((a, b) => {
    const [left, right] = [refOf(a), refOf(b)]
    return compareText(left.namespace, right.namespace) || compareText(left.name, right.name)
  })
}
