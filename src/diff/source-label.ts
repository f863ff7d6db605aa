/** A source of effective values other than `inline`. */
export type SourceObject = { readonly kind: string; readonly name: string; readonly key: string }

/** Takes `ConfigMap/name:key (valuesFrom[1])` apart; null for `inline`. Names of objects hold neither a colon nor a slash. */
export function parseSourceLabel(label: string): SourceObject | null {
  const found = /^(ConfigMap|Secret)\/([^:/]*):(.*?)(?: \((?:valuesFrom|substituteFrom)\[\d+\]\))?$/s.exec(label)
  return found === null ? null : { kind: found[1]!, name: found[2]!, key: found[3]! }
}
