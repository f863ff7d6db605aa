import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { CONSEQUENCES, SEVERITY_RULES } from '../../src/diff/severity-rules.ts'
import type { SeverityRule } from '../../src/diff/severity-rules.ts'
import { severityOf, severityOfRule } from '../../src/diff/severity.ts'
import type { Step } from '../../src/diff/tree-types.ts'
import type { Layer, Severity } from '../../src/model/comparison.ts'
import type { ReferenceUse } from '../../src/model/snapshot.ts'

const DOC = new URL('../../docs/severity.md', import.meta.url)

describe('docs/severity.md', () => {
  it('says what the tables say', () => {
    const doc = readFileSync(DOC, 'utf8')
    for (const line of [...consequenceLines(), ...SEVERITY_RULES.map(ruleLine)])
      assert.ok(doc.includes(`${line}\n`), line)
    const rows = doc.split('\n').filter((line) => line.startsWith('| '))
    assert.equal(rows.length, 2 + Object.keys(CONSEQUENCES).length + 2 + SEVERITY_RULES.length)
  })
})

function consequenceLines(): string[] {
  return Object.entries(CONSEQUENCES).map(([name, { severity, meaning }]) => `| ${name} | ${severity} | ${meaning} |`)
}

function ruleLine(rule: SeverityRule): string {
  const code = (texts: readonly string[] | undefined): string => texts?.map((text) => `\`${text}\``).join(' ') ?? 'any'
  const kinds =
    [rule.kinds?.join(', '), rule.uses && `used for ${rule.uses.join(' or ')}`].filter(Boolean).join('; ') || 'any'
  return `| ${rule.layers?.join(', ') ?? 'any'} | ${kinds} | ${code(rule.paths)} | ${rule.consequence} | ${severityOfRule(rule)} |`
}

type Case = [severity: Severity, kind: string, path: string, layer?: Layer, use?: ReferenceUse]

describe('severity', () => {
  const cases: Case[] = [
    ['critical', 'OCIRepository', 'spec/verify/provider'],
    ['critical', 'HelmRelease', 'spec/chart/spec/verify'],
    ['critical', 'Kustomization', 'spec/serviceAccountName'],
    ['critical', 'Kustomization', 'spec/decryption/secretRef/name'],
    ['critical', 'Kustomization', 'spec/kubeConfig/secretRef/name'],
    ['critical', 'HelmRepository', 'spec/insecure'],
    ['critical', 'FluxInstance', 'spec/cluster/multitenant'],
    ['critical', 'Deployment', 'args/--no-cross-namespace-refs', 'install'],
    ['critical', 'Secret', 'cosign.pub', 'data', 'verification'],
    ['high', 'Kustomization', 'spec/prune'],
    ['high', 'Kustomization', 'spec/suspend'],
    ['high', 'Kustomization', 'spec/targetNamespace'],
    ['high', 'HelmRelease', 'spec/install/crds'],
    ['high', 'HelmRelease', 'spec/upgrade/remediation/retries'],
    ['high', 'HelmRelease', 'spec/driftDetection/mode'],
    ['high', 'HelmRelease', 'spec/chart/spec/version'],
    ['high', 'GitRepository', 'spec/ref/branch'],
    ['high', 'Kustomization', 'spec/path'],
    ['high', 'Kustomization', 'spec/images/[]/newTag'],
    ['high', 'Kustomization', 'metadata/annotations/kustomize.toolkit.fluxcd.io/prune', 'metadata'],
    ['high', 'HelmRelease', '', 'presence'],
    ['high', 'GitRepository', '', 'presence'],
    ['medium', 'Kustomization', 'spec/dependsOn/[]/name'],
    ['medium', 'HelmRelease', 'spec/valuesFrom/[]/name'],
    ['medium', 'HelmRelease', 'spec/values/interval'],
    ['medium', 'HelmRelease', 'spec/values/serviceAccountName'],
    ['medium', 'Kustomization', 'spec/postBuild/substitute/prune'],
    ['medium', 'Kustomization', 'spec/patches/[]/patch/spec/suspend'],
    ['medium', 'ConfigMap', 'values.yaml', 'data', 'values'],
    ['medium', 'ConfigMap', '', 'presence', 'values'],
    ['medium', 'HelmRelease', 'spec/somethingNew'],
    ['low', 'HelmRelease', 'spec/interval'],
    ['low', 'HelmRelease', 'spec/install/timeout'],
    ['low', 'HelmRelease', 'spec/chart/spec/interval'],
    ['low', 'Kustomization', 'spec/retryInterval'],
    ['low', 'Kustomization', 'metadata/annotations/event.toolkit.fluxcd.io/note', 'metadata'],
    ['low', 'HelmChart', '', 'presence'],
  ]
  for (const [severity, kind, path, layer = 'spec', use] of cases) {
    it(`of ${kind} ${path || '(presence)'} is ${severity}`, () => {
      const uses = new Set(use ? [use] : [])
      assert.equal(severityOf({ kind, layer, uses, steps: stepsOf(path) }), severity)
    })
  }
})

/** Steps of a path with slashes; `[]` is a list item, and what follows `annotations` is one key. */
function stepsOf(path: string): Step[] {
  const [, head, key] = /^(metadata\/annotations)\/(.*)$/.exec(path) ?? [undefined, path]
  const keys = head === '' ? [] : [...head.split('/'), ...(key === undefined ? [] : [key])]
  return keys.map((text) => (text === '[]' ? { index: 0 } : { key: text }))
}
