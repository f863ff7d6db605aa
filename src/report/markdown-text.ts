import { safeLine } from './terminal.ts'

/** A code span that no backtick in the text can end. */
export function code(text: string): string {
  const safe = safeLine(text)
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const ticks = '`'.repeat(longest + 1)
  const pad = safe.startsWith('`') || safe.endsWith('`') || safe === '' ? ' ' : ''
  return `${ticks}${pad}${safe}${pad}${ticks}`
}

/** Foreign text outside of code: no markup, no HTML, and no mention of a person or an issue. */
export function escapeMarkdown(text: string): string {
  return safeLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replaceAll('@', '@\u200b')
}

/** Foreign text inside HTML, in an attribute as well. */
export function escapeHtml(text: string): string {
  return safeLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
