/** What a worker answers: whether it lives, and whether it can get work. It has nothing else to say. */
export function workerApi(
  basePath: string,
  queue: { readonly isReady: () => Promise<boolean> },
): { readonly fetch: (request: Request) => Promise<Response> } {
  return {
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === `${basePath}/healthz`) return answer(200, { status: 'ok' })
      if (pathname !== `${basePath}/readyz`) return answer(404, { status: 'not found' })
      const isReady = await queue.isReady().catch(() => false)
      return answer(isReady ? 200 : 503, { status: isReady ? 'ok' : 'unavailable', queue: isReady })
    },
  }
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } })
}
