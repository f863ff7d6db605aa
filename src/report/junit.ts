import type { Comparison, Drift, Finding } from '../model/comparison.ts'
import { isCodeOfReading } from '../model/coverage.ts'
import { displayRef } from '../model/resource-ref.ts'
import { followsDifference } from './outline.ts'
import { describePresence, objectCounts, placeOf, plural } from './phrases.ts'
import { clustersWithObject, displayValue, groupValues } from './values.ts'

/**
 * JUnit XML as CI systems read it: a failed case for each drifted object, an error for each cluster or kind that could not be
 * read, and one passed case that stands for the objects in sync, so that the counts add up.
 */
export function renderJunit(comparison: Comparison): string {
  const drifted = comparison.drifts.filter(({ differences }) => !differences.every(followsDifference))
  const failures = drifted.map((drift) => failureCase(drift, comparison))
  const errors = comparison.findings.filter(({ code }) => isCodeOfReading(code)).map(errorCase)
  const passed = testCase('objects', objectCounts(comparison), '')
  const total = failures.length + errors.length + 1
  const counts = `tests="${total}" failures="${failures.length}" errors="${errors.length}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="flux-compare" ${counts}>`,
    `  <testsuite name="${escapeXml(comparison.clusters.map(({ name }) => name).join(' '))}" ${counts} timestamp="${timestamp(comparison)}">`,
    ...[...errors, ...failures, passed].map((line) => `    ${line}`),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function timestamp({ clusters }: Comparison): string {
  return (
    clusters
      .map(({ takenAt }) => takenAt)
      .toSorted()
      .at(-1) ?? ''
  )
}

function errorCase(finding: Finding): string {
  const body = `<error message="${escapeXml(finding.message)}" type="${escapeXml(finding.code)}">${escapeXml(finding.hint)}</error>`
  return testCase(finding.clusters.join(' '), finding.code, body)
}

function failureCase(drift: Drift, comparison: Comparison): string {
  const counted = drift.differences.filter((difference) => !followsDifference(difference))
  const lines = counted.map((difference) => {
    if (difference.layer === 'presence') return `${difference.severity} ${describePresence(drift)}`
    const groups = groupValues(difference, clustersWithObject(comparison, drift.presence))
    const values = groups.map(({ clusters, value, unknown }) => {
      const text =
        unknown === null ? (value === undefined ? 'absent' : displayValue(value, difference)) : `not known (${unknown})`
      return `${clusters.join(', ')}: ${text}`
    })
    return `${difference.severity} ${placeOf(difference)} | ${values.join(' | ')}`
  })
  const message = plural(counted.length, 'difference')
  const body = `<failure message="${message}" type="drift">${escapeXml(lines.join('\n'))}</failure>`
  return testCase(drift.ref.kind, displayRef(drift.ref), body)
}

function testCase(group: string, name: string, body: string): string {
  const attributes = `classname="flux-compare.${escapeXml(group)}" name="${escapeXml(name)}"`
  return body === '' ? `<testcase ${attributes}/>` : `<testcase ${attributes}>${body}</testcase>`
}

/** XML 1.0 cannot hold most control characters at all, not even escaped: they become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
}
