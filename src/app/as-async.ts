import type { Async } from '../service/async.ts'

/** Functions of this thread in the form of those of another one. */
export function asAsync<T extends object>(functions: T): Async<T> {
  return new Proxy(functions, {
    get: (target, name) => {
      const work: unknown = Reflect.get(target, name)
      if (typeof work !== 'function') return work
      return async (...args: readonly unknown[]): Promise<unknown> => Reflect.apply(work, undefined, args)
    },
  }) as Async<T>
}
