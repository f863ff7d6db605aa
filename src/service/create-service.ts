import { clusterVerbs } from './serve/cluster-verbs.ts'
import { comparisonVerbs } from './serve/comparison-verbs.ts'
import { driftVerbs } from './serve/drift-verbs.ts'
import { jobVerbs } from './serve/job-verbs.ts'
import { lagVerbs } from './serve/lag-verbs.ts'
import { readinessOf } from './serve/readiness.ts'
import { reportVerbs } from './serve/report-verbs.ts'
import { runVerbs } from './serve/run-verbs.ts'
import { scheduleVerbs } from './serve/schedule-verbs.ts'
import { createContext } from './serve/service-context.ts'
import { snapshotVerbs } from './serve/snapshot-verbs.ts'
import type { ServicePorts } from './service-ports.ts'
import type { Service } from './service.ts'

/** The verbs of the service over its ports. Holds nothing but what can be read or computed again. */
export function createService(ports: ServicePorts): Service {
  const context = createContext(ports)
  return {
    ...clusterVerbs(context),
    ...snapshotVerbs(context),
    ...runVerbs(context),
    ...comparisonVerbs(context),
    ...jobVerbs(context),
    ...driftVerbs(context),
    ...lagVerbs(context),
    ...reportVerbs(context),
    ...scheduleVerbs(context),
    readiness: () => readinessOf(ports),
  }
}
