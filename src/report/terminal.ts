import stringWidth from 'string-width'
import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

/** Colours only where asked for: whether the output is a terminal was decided by the command. */
export function painter(color: boolean): Paint {
  return (style, text) => (color && text !== '' ? styleText(style, text, { validateStream: false }) : text)
}

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]|(?![ \u3000])\p{Zs}/gu

/**
 * Text of others made safe for a terminal: control, format and bidirectional characters, and spaces that look like another, as `\u{...}`;
 * line breaks stay.
 */
export function safeText(text: string): string {
  return text.replaceAll(UNSAFE, (sign) => (sign === '\n' ? sign : `\\u{${sign.codePointAt(0)!.toString(16)}}`))
}

/** As {@link safeText}, on one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n')
}

/** Cells that `text` takes on a terminal. */
export function widthOf(text: string): number {
  return stringWidth(text)
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Cuts to `width` cells; the cut is visible as an ellipsis. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let cut = ''
  let cells = 0
  for (const sign of text) {
    cells += widthOf(sign)
    if (cells > width - 1) break
    cut += sign
  }
  return `${cut}…`
}

/** Breaks prose at spaces so that each line has at most `width` cells; longer words stand alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
