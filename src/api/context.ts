import type { Context } from 'hono'
import type { Access } from '../service/access.ts'
import type { ErrorCode } from '../model/errors.ts'

/** What the API keeps about one request while it is answered. */
export type ApiEnv = {
  Variables: {
    requestId: string
    /** Absent until the token was checked, and on routes that need none. */
    access?: Access
    /** Path pattern of the endpoint (`/api/v1/jobs/{job}`); absent where none matched. */
    route?: string
    /** Set where the request asks for work: what it is about, for the audit line. */
    work?: { readonly action: string; readonly target: readonly string[] }
    /** Id of the job or run that the request made or joined. */
    created?: string
    /** Code of the problem that was answered. */
    code?: ErrorCode
  }
}

export type ApiContext = Context<ApiEnv>

/** Notes for the audit line that the request asks for work, on what, and the job or run that came of it. */
export function noteWork(c: ApiContext, action: string, target: readonly (string | null)[], created?: string): void {
  c.set('work', { action, target: target.filter((name) => name !== null) })
  if (created !== undefined) c.set('created', created)
}
