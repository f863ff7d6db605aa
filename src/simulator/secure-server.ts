import { createServer as createHttpsServer } from 'node:https'
import type { RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export type SecureServer = {
  readonly port: number
  connections(): Connections
  resetConnections(): void
  /** The TCP connection that carries this TLS socket. */
  carrierOf(socket: Socket): Socket | undefined
  close(): Promise<void>
}

/** Distinct TCP connections seen, how many are open now, and how many were open at once at most. */
export type Connections = { readonly total: number; readonly open: number; readonly most: number }

export type SecureServerOptions = {
  readonly host: string
  readonly key: string
  readonly cert: string
  /** Authority of client certificates. */
  readonly clientCa: string
  readonly listener: RequestListener
}

const TLS_HANDSHAKE = 0x16
const PLAIN_HTTP = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'

/** HTTPS on a free port, with keep-alive without end as Go's server has it, and Go's answer to plain HTTP. */
export async function startSecureServer(options: SecureServerOptions): Promise<SecureServer> {
  const { key, cert, clientCa, listener, host } = options
  const https = createHttpsServer({ key, cert, ca: clientCa, requestCert: true, rejectUnauthorized: false }, listener)
  https.keepAliveTimeout = 0
  const open = new Map<string, Socket>()
  let total = 0
  let most = 0
  const tcp = createServer((socket) => {
    const peer = peerOf(socket)
    open.set(peer, socket)
    total += 1
    most = Math.max(most, open.size)
    socket.on('close', () => open.delete(peer))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    admit(socket, (secure) => https.emit('connection', secure))
  })
  await listening(tcp, host)
  return {
    port: (tcp.address() as AddressInfo).port,
    connections: () => ({ total, open: open.size, most }),
    resetConnections() {
      total = open.size
      most = open.size
    },
    carrierOf: (socket) => open.get(peerOf(socket)),
    close: () =>
      new Promise((resolve) => {
        tcp.close(() => resolve())
        for (const socket of open.values()) socket.destroy()
        https.closeAllConnections()
      }),
  }
}

function admit(socket: Socket, pass: (socket: Socket) => void): void {
  socket.once('readable', () => {
    const first = socket.read() as Buffer | null
    if (first === null) return
    if (first[0] !== TLS_HANDSHAKE) {
      socket.end(PLAIN_HTTP)
      return
    }
    socket.unshift(first)
    pass(socket)
  })
}

function listening(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`
}
