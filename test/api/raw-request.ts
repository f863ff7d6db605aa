import { request, type Agent } from 'node:http'
import type { FuzzRequest } from './fuzz-requests.ts'

export type RawAnswer = { readonly status: number; readonly headers: Headers; readonly text: string }

/** Sends a request as it is written: `fetch` would first tidy its path. Rejects when there is no answer in 30 seconds. */
export function sendRaw(agent: Agent, port: number, { method, path, headers, body }: FuzzRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options = {
      agent,
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...headers, ...length },
      timeout: 30_000,
    }
    const sent = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const entries = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)])
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: new Headers(entries), text })
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer: ${method} ${path}`)))
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}
