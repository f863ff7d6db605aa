/** `run_...`: sortable by time, unique without coordination. `random`: at least five bytes. */
export function newId(prefix: string, now: number, random: Uint8Array): string {
  return `${prefix}_${now.toString(36)}${Buffer.from(random).toString('hex')}`
}
