import { digString } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import { AppError } from '../model/errors.ts'
import { missingRight, objectPath, type Resource } from './api-path.ts'
import type { KubeApi } from './kube-api.ts'
import { typedObject } from './list-page.ts'

/** What a GET by name found. `absent` only where the API server itself says so. */
export type ObjectResult =
  | { readonly state: 'present'; readonly object: RawObject }
  | { readonly state: 'absent' }
  | { readonly state: 'forbidden' | 'failed'; readonly reason: string }

/** GETs one object. Rejects only when the run was interrupted. */
export async function readObject(
  api: KubeApi,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<ObjectResult> {
  try {
    const answer = await api.get(objectPath(resource, namespace, name))
    if (answer.ok) {
      const object = typedObject(answer.value, resource)
      if (object && digString(object, 'metadata', 'name') === name) return { state: 'present', object }
      return { state: 'failed', reason: `the answer is not the ${resource.kind} that was asked for` }
    }
    if (answer.status === 404 && answer.proper) return { state: 'absent' }
    if (answer.status === 403) return { state: 'forbidden', reason: missingRight(resource, 'get', namespace) }
    return { state: 'failed', reason: `the API server answered HTTP ${answer.status}` }
  } catch (error) {
    if (error instanceof AppError && error.code !== 'interrupted') return { state: 'failed', reason: error.message }
    throw error
  }
}
