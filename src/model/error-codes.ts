/** Codes (`ECONNREFUSED`) of an error, its causes, and the parts of an aggregate of connection attempts; 20 at most. Never a text. */
export function errorCodes(error: unknown): string[] {
  const found: string[] = []
  const pending: unknown[] = [error]
  for (let here = pending.pop(); here !== undefined && found.length < 20; here = pending.pop()) {
    if (!(here instanceof Error)) continue
    const { code, cause } = here as NodeJS.ErrnoException
    if (typeof code === 'string') found.push(code)
    if (cause !== undefined) pending.push(cause)
    if (here instanceof AggregateError) pending.push(...(here.errors as unknown[]))
  }
  return found
}
