import { AppError } from '../model/errors.ts'

const JOB_ID = /^[A-Za-z0-9_-]{1,120}$/
const LANE = /^[A-Za-z0-9_.-]{1,120}$/

/** Throws `internal` for an id that is not legal in every queue: BullMQ refuses colons, and Redis clusters read braces. */
export function checkJobId(id: string): void {
  if (!JOB_ID.test(id)) throw new AppError('internal', 'an id that is not legal was given to the queue')
}

/** Throws `internal` for a lane or pool whose name is not legal in every queue. */
export function checkLane(lane: string): void {
  if (!LANE.test(lane)) throw new AppError('internal', 'a lane whose name is not legal was asked of the queue')
}
