import type { ControllerFacts, InstallFacts } from '../model/snapshot.ts'

export function controllerOf({ controllers }: InstallFacts, name: string): ControllerFacts | undefined {
  return controllers.find((controller) => controller.name === name)
}

/** Every controller of Flux has arguments, so none at all means that they were not read (a FluxReport does not hold them). */
export function isConfigured({ args, featureGates }: ControllerFacts): boolean {
  return Object.keys(args).length > 0 || Object.keys(featureGates).length > 0
}
