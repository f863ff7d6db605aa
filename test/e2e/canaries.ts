/** Planted secret values and the search for them, in every form in which they could leave. */

let planted = 0
const values: string[] = []

/** A new secret value, unlike any word; remembered, so that the search knows it. */
export function canary(hint: string): string {
  planted += 1
  const value = `cnry${hint}Zq${(planted * 7_368_787 + 99_991).toString(36)}9x`
  values.push(value)
  return value
}

/** The canaries found in `bytes`, each with the encoding in which it was found. */
export function findCanaries(bytes: string | Buffer): string[] {
  const text = typeof bytes === 'string' ? bytes : bytes.toString('latin1')
  return values.flatMap((value) =>
    Object.entries(encodings(value))
      .filter(([, encoded]) => text.includes(encoded))
      .map(([name]) => `${value} (${name})`),
  )
}

export function canaryCount(): number {
  return values.length
}

/** Base64 of a longer text has one of three alignments: the middle of each is searched for. */
function encodings(value: string): Record<string, string> {
  const base64 = (offset: number): string =>
    Buffer.from(`${'x'.repeat(offset)}${value}`)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4)
  return {
    raw: value,
    lower: value.toLowerCase(),
    base64: base64(0),
    'base64 shifted by one': base64(1),
    'base64 shifted by two': base64(2),
    hex: Buffer.from(value).toString('hex'),
    utf16: value.split('').join('\u0000'),
    reversed: value.split('').toReversed().join(''),
  }
}
