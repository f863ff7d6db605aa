import type { Comparison } from '../model/comparison.ts'
import type { OutputFormat, RenderOptions } from './formats.ts'
import { renderHtml } from './html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderName } from './name.ts'
import { explainedDifferences, shownOf, type Aside } from './shown.ts'
import { renderText } from './text.ts'
import { toYaml } from './yaml.ts'

/** The comparison in one format, ending in a line break. Pure: the same comparison and options give the same text. */
export function renderComparison(whole: Comparison, format: OutputFormat, options: RenderOptions): string {
  const shown = shownOf(whole, options.severity ?? null)
  const { comparison } = shown
  const aside: Aside = {
    left: shown.left,
    explained: options.showParametric === true ? explainedDifferences(whole) : [],
  }
  switch (format) {
    case 'table':
      return renderText(comparison, options, { ...aside, wide: false })
    case 'wide':
      return renderText(comparison, { ...options, maxObjects: null }, { ...aside, wide: true })
    case 'json':
      return renderJson(whole)
    case 'yaml':
      return toYaml(whole)
    case 'name':
      return renderName(comparison)
    case 'markdown':
      return renderMarkdown(comparison, options, aside)
    case 'html':
      return renderHtml(comparison, aside)
    case 'junit':
      return renderJunit(comparison)
  }
}
