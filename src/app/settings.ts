/** How to reach clusters; times in milliseconds. */
export type ConnectionSettings = {
  readonly kubeconfig: string | null
  readonly as: string | null
  readonly asGroups: readonly string[]
  readonly requestTimeoutMs: number
  readonly clusterTimeoutMs: number
}

export type Environment = Readonly<Record<string, string | undefined>>
