import type { Comparison } from '../model/comparison.ts'
import type { OutputFormat, RenderOptions } from './formats.ts'
import { renderHtml } from './html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderName } from './name.ts'
import { renderText } from './text.ts'
import { toYaml } from './yaml.ts'

/** The comparison in one format, ending in a line break. Pure: the same comparison and options give the same text. */
export function renderComparison(comparison: Comparison, format: OutputFormat, options: RenderOptions): string {
  switch (format) {
    case 'table':
      return renderText(comparison, options, false)
    case 'wide':
      return renderText(comparison, { ...options, maxObjects: null }, true)
    case 'json':
      return renderJson(comparison)
    case 'yaml':
      return toYaml(comparison)
    case 'name':
      return renderName(comparison)
    case 'markdown':
      return renderMarkdown(comparison, options)
    case 'html':
      return renderHtml(comparison)
    case 'junit':
      return renderJunit(comparison)
  }
}
