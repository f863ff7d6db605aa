import { RE2JS } from 're2js'
import { AppError } from '../../model/errors.ts'
import { MAX_PATTERN } from '../../model/rules.ts'

export type TextTest = (text: string) => boolean

/**
 * A name as rules write it: exact, a glob in which `*` stands for any text, or `/re2/`; always against the whole name.
 * Throws `input-invalid` for a pattern that cannot be read.
 */
export function namePattern(text: string): TextTest {
  if (text.length > 1 && text.startsWith('/') && text.endsWith('/')) return wholePattern(text.slice(1, -1))
  if (!text.includes('*')) return (name) => name === text
  const parts = text.split('*')
  return (name) => matchesGlob(name, parts)
}

/** RE2 runs in linear time, so that no text of a cluster can make a pattern run for minutes. Throws `input-invalid`. */
export function wholePattern(text: string): TextTest {
  if (text.length > MAX_PATTERN) {
    throw new AppError('input-invalid', `the pattern is longer than ${MAX_PATTERN} characters`, {
      hint: 'Write a shorter pattern, or several rules.',
    })
  }
  try {
    const pattern = RE2JS.compile(text, RE2JS.DOTALL)
    return (input) => pattern.matches(input)
  } catch {
    throw new AppError('input-invalid', `the pattern ${JSON.stringify(text)} cannot be read`, {
      hint: 'Patterns are written in the syntax of RE2: no back-references and no look-around.',
    })
  }
}

/** Each part is taken at the first place where it fits, which finds a match wherever there is one. */
function matchesGlob(name: string, [first = '', ...rest]: readonly string[]): boolean {
  const last = rest.at(-1) ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  let at = first.length
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - last.length
}
