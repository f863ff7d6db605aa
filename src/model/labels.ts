export type Labels = Readonly<Record<string, string>>

/** Whether something has all labels that are wanted, each with the same value. Wanting none, everything has. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}
