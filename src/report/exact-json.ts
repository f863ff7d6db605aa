const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** The payload as JSON for people: the same value, with what is invisible or turns the reading direction written as its escape. */
export function exactJson(payload: unknown): string {
  return JSON.stringify(payload, null, 2).replaceAll(INVISIBLE, (sign) => (sign === '\n' ? sign : escaped(sign)))
}

/** JSON escapes UTF-16 units: a sign beyond the first plane has two. */
function escaped(sign: string): string {
  return sign.split('').map(escapedUnit).join('')
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
