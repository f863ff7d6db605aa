import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was posted, as it came. */
export type ReceivedMessage = { readonly path: string; readonly body: string }

export type ChatReceiver = {
  /** An incoming webhook of it. */
  readonly url: string
  readonly received: () => readonly ReceivedMessage[]
  readonly close: () => Promise<void>
}

/** A chat on loopback whose incoming webhooks take every message, as those of Slack do: 200 and `ok`. */
export async function startChatReceiver(): Promise<ChatReceiver> {
  const messages: ReceivedMessage[] = []
  const server = createServer((request, response) => {
    void take(request, response, messages)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T000/B000/demo`,
    received: () => messages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function take(request: IncomingMessage, response: ServerResponse, messages: ReceivedMessage[]): Promise<void> {
  try {
    messages.push({ path: request.url ?? '', body: await bodyOf(request) })
    response.writeHead(200, { 'content-type': 'text/html' }).end('ok')
  } catch {
    response.destroy()
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
