import { AppError } from './errors.ts'
import { isJsonArray, isJsonObject, own, type Json } from './json.ts'

/** Checks that a value read from a file has the shape that our types promise; `at` names its place. Throws `file-invalid`. */
export type Shape = (value: Json | undefined, at: string) => void

export const anyText: Shape = (value, at) => {
  if (typeof value !== 'string') throw wrong(at, 'a text')
}

export const anyNumber: Shape = (value, at) => {
  if (typeof value !== 'number') throw wrong(at, 'a number')
}

export const anyBoolean: Shape = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'true or false')
}

export const anyMap: Shape = (value, at) => {
  if (!isJsonObject(value)) throw wrong(at, 'a map')
}

export function oneOf(...texts: readonly string[]): Shape {
  return (value, at) => {
    if (typeof value !== 'string' || !texts.includes(value)) throw wrong(at, `one of ${texts.join(', ')}`)
  }
}

export function nullOr(shape: Shape): Shape {
  return (value, at) => {
    if (value !== null) shape(value, at)
  }
}

export function listOf(shape: Shape): Shape {
  return (value, at) => {
    if (!isJsonArray(value)) throw wrong(at, 'a list')
    for (const [index, item] of value.entries()) shape(item, `${at}[${index}]`)
  }
}

export function mapOf(shape: Shape): Shape {
  return (value, at) => {
    if (!isJsonObject(value)) throw wrong(at, 'a map')
    for (const item of Object.values(value)) shape(item, `${at}.*`)
  }
}

/** A map with at least these keys; others are let through. */
export function keys(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes)
  return (value, at) => {
    if (!isJsonObject(value)) throw wrong(at, 'a map')
    for (const [key, shape] of entries) shape(own(value, key), at === '' ? key : `${at}.${key}`)
  }
}

/** Says what was expected, never what was found: that may be a secret. */
function wrong(at: string, expected: string): AppError {
  return new AppError('file-invalid', `${at === '' ? 'the document' : at} is not ${expected}`)
}
