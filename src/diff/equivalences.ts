/** One rule by which two different texts mean the same. docs/equivalences.md is written from this table. */
type Equivalence = {
  readonly title: string
  readonly rule: string
  /** Where the rule comes from. */
  readonly source: string
}

export const EQUIVALENCES = {
  'default-value': {
    title: 'A default, written or left out',
    rule: 'A field that is absent means its fixed default (`GitRepository.spec.timeout` absent and `60s`; `spec.ref` absent and `branch: master`). Defaults that depend on the version or the feature gates of a controller are not in this rule.',
    source: 'Defaults in the CRDs of Flux, and in the code of its controllers.',
  },
  'derived-default': {
    title: 'A default that follows from other fields',
    rule: 'A field that is absent means what the controller makes of other fields of the same object: `Kustomization.spec.timeout` is the interval less 30 seconds, at least 30 seconds; `retryInterval` is the interval; the timeout of a Helm action is that of the release; a reference without a namespace is to the own one.',
    source: 'Getters of the API types of Flux (`GetTimeout`, `GetRetryInterval`, `GetReleaseName` ...).',
  },
  'empty-absent': {
    title: 'Empty and absent',
    rule: '`false`, `0`, an empty string, list or map, and `null` mean the same as the absent field where the field is known and the controller cannot tell them apart. Never inside Helm values, never where the controller can tell (`spec.ignore: ""`, `maxHistory: 0`, `persistentClient: false`), never for a map whose presence switches something on (`verify`, `decryption`, a patch `target`).',
    source: 'Fields marked `omitempty` in the API types of Flux.',
  },
  duration: {
    title: 'One duration, spelled in two ways',
    rule: '`60s`, `1m` and `1m0s` are one duration, in fields that hold a duration. Not inside Helm values.',
    source: 'Go `time.ParseDuration`; the API server stores what was written, Go clients write `1m0s`.',
  },
  'path-form': {
    title: 'One path, spelled in two ways',
    rule: '`./apps`, `apps` and `apps/` are one path; an empty path, `.` and `./` are the root of the source. In `Kustomization.spec.path`, `FluxInstance.spec.sync.path` and `ImageUpdateAutomation.spec.update.path`.',
    source: 'kustomize-controller joins the path to the root of the artifact.',
  },
  'letter-case': {
    title: 'Names of modes in capitals and small letters',
    rule: '`GitRepository.spec.verify.mode` `head` and `HEAD`.',
    source: 'Both are in the enumeration of the CRD; source-controller treats them alike.',
  },
  quantity: {
    title: 'One quantity, spelled in two ways',
    rule: '`1024Mi` and `1Gi`, in `FluxInstance.spec.storage.size` alone. Not inside Helm values.',
    source: 'Kubernetes `resource.Quantity`.',
  },
  'one-line': {
    title: 'Line breaks in post-build variables',
    rule: 'Values of `Kustomization.spec.postBuild.substitute` that differ in line breaks alone: the controller removes them.',
    source: 'fluxcd/pkg kustomize, variable substitution.',
  },
  'api-version-of-reference': {
    title: 'Versions in references',
    rule: 'The `apiVersion` of a reference to another object counts as its group; a reference to a Flux kind without one is to the group of that kind.',
    source: 'References are resolved by group and kind; a version alone makes no other object.',
  },
  'list-order': {
    title: 'Order in lists that are sets',
    rule: '`dependsOn`, `healthChecks`, `eventSources`, `events` and `resources` of a Receiver, `oidcProviders`, `exclusionList`, `inclusionList`, `components` and `shards` of a FluxInstance, `inputsFrom`, `buildMetadata`, `sparseCheckout`, `matchOIDCIdentity`, `namespaceSelectors`, requirements of label selectors and their values, filters of Helm tests, labels of input providers; `conditions` and inventories in status.',
    source: 'Nothing in the controllers depends on the order of these lists. All other lists keep theirs.',
  },
  'list-repeat': {
    title: 'Repeated items in lists that are sets',
    rule: 'A scalar that stands in one of the lists of `list-order` more than once.',
    source: 'As for `list-order`.',
  },
  'yaml-text': {
    title: 'One document, written in two ways',
    rule: 'Strings that hold a YAML map or list are compared as what they hold, read as Kubernetes reads YAML: comments, indentation, quotes, the order of keys, anchors, a trailing line break and overwritten duplicate keys are no difference. Patches and resource templates; values of ConfigMaps, Helm values and unknown fields where the text has several lines of YAML or is JSON, unless the ending of its key names another format.',
    source: 'sigs.k8s.io/yaml, through which Kubernetes, Helm and Flux read them.',
  },
  'json-text': {
    title: 'One JSON document, written in two ways',
    rule: 'As `yaml-text`, where both texts are JSON: white space and the order of keys.',
    source: 'RFC 8259.',
  },
  'generator-hash': {
    title: 'Names of generated ConfigMaps and Secrets',
    rule: 'References whose names differ only in the content hash that a kustomize generator appends: the objects are compared with each other instead.',
    source: 'kustomize, `configMapGenerator` and `secretGenerator`.',
  },
  'masked-equal': {
    title: 'Equal secret values',
    rule: 'Two masks with one fingerprint, or a mask and a text with that fingerprint: the values are equal, although what may be shown of them is not.',
    source: 'Fingerprints are keyed hashes of the whole value.',
  },
} as const satisfies Record<string, Equivalence>

export type EquivalenceCode = keyof typeof EQUIVALENCES

/** The text of docs/equivalences.md; a test holds the file to it. */
export function equivalencesDocument(): string {
  const rows = Object.entries(EQUIVALENCES).map(
    ([code, { title, rule, source }]) => `## \`${code}\`\n\n**${title}.** ${rule}\n\nSource: ${source}\n`,
  )
  return `${INTRODUCTION}\n${rows.join('\n')}`
}

const INTRODUCTION = `# What counts as equal

flux-compare reports every difference between two texts, except where they mean the same to Flux by one of the rules below.
\`--explain\` lists each place where a rule applied, with its code. This file is written from \`src/diff/equivalences.ts\`.

Inside Helm values nothing is defaulted: \`false\`, \`{}\`, \`[]\`, \`null\` and absent all differ there, and so do two spellings of
one quantity or duration. Lists of named things are compared name by name; a change of their order is reported, once per list.
`
