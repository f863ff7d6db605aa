import type { NotifyRoute } from '../notify-route.ts'

/** A route of a comparison with what tells it from the others: its channel, and `#2`, `#3` for further routes to the same one. */
export type KeyedRoute = { readonly key: string; readonly route: NotifyRoute }

/** In their order: what waits for a route is kept under its key, also where others are added behind it. */
export function keyedRoutes(routes: readonly NotifyRoute[]): readonly KeyedRoute[] {
  const seen = new Map<string, number>()
  return routes.map((route) => {
    const number = (seen.get(route.channel) ?? 0) + 1
    seen.set(route.channel, number)
    return { key: number === 1 ? route.channel : `${route.channel}#${number}`, route }
  })
}
