const NAMED = 5

/** The first few of many: `a, b and 3 more`. */
export function listed(texts: readonly string[], most: number = NAMED): string {
  const rest = texts.length - most
  return rest > 0 ? `${texts.slice(0, most).join(', ')} and ${rest} more` : texts.join(', ')
}
