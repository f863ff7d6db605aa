import { once } from 'node:events'
import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createAuthority } from '../../src/simulator/certificates.ts'

export type Received = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Receiver = {
  readonly url: string
  readonly requests: Received[]
  /** Of the authority that signed its certificate. */
  readonly authority: string
}

export type Answering = (request: Received, response: ServerResponse) => void

/** A real server on a free port of this machine that keeps what it gets; it ends with the test. */
export async function startReceiver(
  t: TestContext,
  answer: Answering,
  { tls = true, names = ['127.0.0.1', 'localhost'] }: { tls?: boolean; names?: readonly string[] } = {},
): Promise<Receiver> {
  const authority = createAuthority('notify test')
  const requests: Received[] = []
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const received = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      requests.push(received)
      answer(received, response)
    })
  }
  const { cert, key } = authority.issueServer(names)
  const server = tls ? createHttps({ cert, key }, handle) : createHttp(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests, authority: authority.cert }
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answering {
  return (_request, response) => {
    response.writeHead(code, headers)
    response.end(body)
  }
}
