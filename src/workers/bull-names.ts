import { ERRORS, type ErrorCode } from '../model/errors.ts'

/** BullMQ refuses ids that are all digits. */
const PREFIX = 'j-'

export function bullIdOf(id: string): string {
  return `${PREFIX}${id}`
}

export function jobIdOf(bullId: string): string {
  return bullId.slice(PREFIX.length)
}

/** `failedReason` holds a code where a handler failed, and a text of BullMQ where it gave the job up itself. */
export function codeOf(failedReason: string): ErrorCode {
  return Object.hasOwn(ERRORS, failedReason) ? (failedReason as ErrorCode) : 'internal'
}
