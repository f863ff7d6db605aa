/** One `${...}`: `operator` is '' for a bare variable, `length` for `${#v}`, else as it is written. */
export type Call = { readonly operator: string; readonly variable: string; readonly args: readonly Part[] }
export type Part = string | Call

type Source = { readonly text: string; pos: number }

const NAME = /[\p{L}\p{Nd}_]+/uy
const FALLBACKS = '=-?+'

/**
 * Takes a template of fluxcd/pkg's envsubst apart. Throws SyntaxError where it cannot be read; its message quotes nothing.
 * `$$` is an escaped dollar sign, a dollar sign without braces is text, and a NUL ends the template.
 */
export function parseTemplate(text: string): Part[] {
  const end = text.indexOf('\0')
  const source: Source = { text: end < 0 ? text : text.slice(0, end), pos: 0 }
  const parts: Part[] = []
  while (source.pos < source.text.length) {
    parts.push(opensCall(source) ? parseCall(source) : takeText(source, '', '$'))
  }
  return parts
}

function opensCall({ text, pos }: Source): boolean {
  return text[pos] === '$' && text[pos + 1] === '{'
}

/** Text up to a sign of `stops` or a variable; `escapes` are the escape signs that work here. */
function takeText(source: Source, stops: string, escapes: string): string {
  const { text } = source
  let value = ''
  while (source.pos < text.length && !opensCall(source)) {
    const sign = text[source.pos]!
    const escaped = escapes.includes(sign) && isEscapable(sign, text[source.pos + 1])
    if (!escaped && stops.includes(sign)) break
    value += escaped ? text[source.pos + 1] : sign
    source.pos += escaped ? 2 : 1
  }
  return value
}

function isEscapable(escape: string, sign: string | undefined): boolean {
  return escape === '$' ? sign === '$' : sign === '/' || sign === '\\'
}

function parseCall(source: Source): Call {
  source.pos += 2
  if (source.text[source.pos] === '#') {
    source.pos += 1
    return endCall(source, { operator: 'length', variable: takeName(source), args: [] })
  }
  const variable = takeName(source)
  switch (source.text.charAt(source.pos)) {
    case ':':
      return parseColon(source, variable)
    case '=':
      return parseFallback(source, variable, 1)
    case ',':
    case '^':
      return endCall(source, { operator: take(source, /[,^]{1,2}/y), variable, args: [] })
    case '/':
      return parseReplacement(source, variable)
    case '#':
    case '%':
      return parseRemoval(source, variable)
    default:
      return endCall(source, { operator: '', variable, args: [] })
  }
}

function takeName(source: Source): string {
  return take(source, NAME)
}

function take(source: Source, pattern: RegExp): string {
  pattern.lastIndex = source.pos
  const found = pattern.exec(source.text)
  if (found === null) throw new SyntaxError('the name or operator of a variable cannot be read')
  source.pos = pattern.lastIndex
  return found[0]
}

function endCall(source: Source, call: Call): Call {
  if (source.text[source.pos] !== '}') throw new SyntaxError('a closing brace is missing, or an operator is not known')
  source.pos += 1
  return call
}

/** A variable, or text that is not empty. */
function parseArgument(source: Source, stops: string, escapes = ''): Part {
  if (opensCall(source)) return parseCall(source)
  const text = takeText(source, stops, escapes)
  if (text === '') throw new SyntaxError('an argument is missing')
  return text
}

function parseColon(source: Source, variable: string): Call {
  // The real scanner looks one sign ahead and goes back by the bytes of that sign: past a longer one it loses its place and fails.
  if (source.text.charCodeAt(source.pos + 1) > 0x7f) throw new SyntaxError('an argument cannot be read')
  if (FALLBACKS.includes(source.text[source.pos + 1] ?? ' ')) return parseFallback(source, variable, 2)
  source.pos += 1
  const args = [parseArgument(source, ':}')]
  if (source.text[source.pos] === ':') {
    take(source, /:+/y)
    args.push(parseArgument(source, '}'))
  }
  return endCall(source, { operator: ':', variable, args })
}

function parseFallback(source: Source, variable: string, operatorLength: number): Call {
  const operator = source.text.slice(source.pos, source.pos + operatorLength)
  source.pos += operatorLength
  const args: Part[] = []
  while (source.text[source.pos] !== '}') args.push(parseArgument(source, '}'))
  return endCall(source, { operator, variable, args })
}

function parseRemoval(source: Source, variable: string): Call {
  const operator = take(source, /##?|%%?/y)
  return endCall(source, { operator, variable, args: [parseArgument(source, '}')] })
}

function parseReplacement(source: Source, variable: string): Call {
  const operator = take(source, /\/[/#%]?/y)
  const args = [parseArgument(source, '/', '$\\')]
  take(source, /\/+/y)
  if (source.text[source.pos] !== '}') args.push(parseArgument(source, '}', '$\\'))
  return endCall(source, { operator, variable, args })
}
