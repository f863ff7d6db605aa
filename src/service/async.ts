/** The same functions answered from elsewhere (another thread, another process): each returns a promise of what it returned. */
export type Async<T> = {
  readonly [Name in keyof T]: T[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
}
