import { readFileSync } from 'node:fs'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { AppError } from '../../model/errors.ts'

export type HttpServerOptions = {
  /** Port 0: a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  /** Asked for each request, so that what answers can change while the server runs. */
  readonly fetch: (request: Request) => Response | Promise<Response>
}

export type HttpServer = {
  /** `host:port`, with the port that was taken. */
  readonly address: string
  /** Takes no new connection; ends those that are idle, and after `graceMs` all others. */
  readonly close: (graceMs: number) => Promise<void>
}

/** A client that does not finish its request keeps a connection no longer than this. */
const REQUEST_MS = 30_000
const HEADERS_MS = 10_000

/** Starts to listen. Rejects with `listen-failed` naming the address, or the TLS file that cannot be used. */
export async function listenHttp({ listen, tls, fetch }: HttpServerOptions): Promise<HttpServer> {
  const limits = { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, maxHeaderSize: 16 * 1024 }
  const server = (
    tls === null
      ? createAdaptorServer({ fetch, createServer: createPlainServer, serverOptions: limits })
      : createAdaptorServer({ fetch, createServer: createTlsServer, serverOptions: { ...limits, ...readTls(tls) } })
  ) as Server
  const { port } = await bind(server, listen)
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  return { address: `${host}:${port}`, close: (graceMs) => closeServer(server, graceMs) }
}

function bind(server: Server, { host, port }: HttpServerOptions['listen']): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new AppError('listen-failed', `cannot listen on ${host}:${port} (${error.code ?? 'unknown'})`, {
          cause: error,
        }),
      )
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

function readTls({ certFile, keyFile }: { readonly certFile: string; readonly keyFile: string }) {
  return { cert: readPem(certFile), key: readPem(keyFile), minVersion: 'TLSv1.2' } as const
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new AppError('listen-failed', `the TLS file ${file} cannot be read`, { cause: error })
  }
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
