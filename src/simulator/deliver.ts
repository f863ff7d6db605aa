import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { constants, gzip } from 'node:zlib'
import { promisify } from 'node:util'
import type { Delivery } from './faults.ts'
import type { Answer } from './statuses.ts'

const GZIP_ABOVE = 128 * 1024
/** Go's server knows the length of what a handler wrote only up to this size; longer answers are chunked. */
const BUFFERED = 2048
const compress = promisify(gzip)

/** Sends an answer, rightly or as its fault says. `socket` is the TCP connection below TLS. */
export async function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, manner, delayMs }: Delivery,
  socket: Socket | undefined,
): Promise<void> {
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs).unref())
  switch (manner.kind) {
    case 'hang':
      return
    case 'reset':
      socket?.resetAndDestroy()
      return
    case 'whole':
      return send(response, await encoded(answer, request))
    case 'as-is':
      return send(response, answer)
    case 'hang-after-headers':
      head(response, answer, answer.body.length)
      response.flushHeaders()
      return
    case 'cut':
      head(response, answer, answer.body.length)
      response.write(answer.body.subarray(0, answer.body.length >>> 1), () => socket?.destroy())
      return
    case 'drip':
      return drip(response, answer, manner.ms)
    case 'huge':
      return await flood(response, answer, manner.bytes)
  }
}

function send(response: ServerResponse, answer: Answer): void {
  head(response, answer, answer.body.length <= BUFFERED ? answer.body.length : null)
  response.end(answer.body)
}

function head(response: ServerResponse, answer: Answer, length: number | null): void {
  const known = length === null || answer.status === 204 || answer.status === 304
  response.writeHead(answer.status, {
    'cache-control': 'no-cache, private',
    ...answer.headers,
    ...(known ? {} : { 'content-length': String(length) }),
  })
}

async function encoded(answer: Answer, request: IncomingMessage): Promise<Answer> {
  const asked = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  if (!asked || answer.body.length <= GZIP_ABOVE) return answer
  const body = await compress(answer.body, { level: constants.Z_BEST_SPEED })
  return { ...answer, body, headers: { ...answer.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' } }
}

function drip(response: ServerResponse, answer: Answer, ms: number): void {
  head(response, answer, answer.body.length)
  let at = 0
  const timer = setInterval(() => {
    if (at < answer.body.length && !response.destroyed) response.write(answer.body.subarray(at, (at += 1)))
    else {
      clearInterval(timer)
      response.end()
    }
  }, ms)
  timer.unref()
  response.on('close', () => clearInterval(timer))
}

const BLANKS = Buffer.alloc(1 << 20, ' ')

/** The right answer with blanks before its last sign, written no faster than the client reads. */
async function flood(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  head(response, answer, null)
  const closed = new Promise<boolean>((resolve) => response.on('close', () => resolve(true)))
  response.write(answer.body.subarray(0, -2))
  for (let left = bytes; left > 0 && !response.destroyed; left -= BLANKS.length) {
    const flowing = response.write(BLANKS.subarray(0, left))
    if (!flowing && (await Promise.race([closed, drained(response)]))) return
  }
  response.end(answer.body.subarray(-2))
}

function drained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => response.once('drain', () => resolve(false)))
}
