/** What `make` gives, made when it is first asked for: most comparisons ask for few of their indexes. */
export function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | null = null
  return () => (made ??= { value: make() }).value
}
