/** How a Standard Webhooks receiver, or a Flux Receiver of type generic-hmac, knows that a message is ours. */
export type WebhookSigning<Secret> =
  /** Several keys while one is being replaced: the message carries a signature by each. */
  | { readonly scheme: 'standard'; readonly keys: readonly Secret[] }
  | { readonly scheme: 'flux-hmac'; readonly key: Secret }

/** Where a channel leads. `Secret`: where the secret is (in the configuration), or the secret itself (when it is used). */
export type ChannelTarget<Secret> =
  | { readonly kind: 'slack'; readonly url: Secret }
  | { readonly kind: 'slack-bot'; readonly token: Secret; readonly channel: string; readonly apiUrl: string }
  | { readonly kind: 'teams'; readonly url: Secret }
  | { readonly kind: 'discord'; readonly url: Secret }
  | { readonly kind: 'webhook'; readonly url: Secret; readonly signing: WebhookSigning<Secret> | null }
  | { readonly kind: 'alertmanager'; readonly url: Secret; readonly token: Secret | null; readonly validMs: number }
  | {
      readonly kind: 'github'
      readonly token: Secret
      readonly apiUrl: string
      /** `owner/name`. */
      readonly repository: string
      readonly pullRequest: number
    }
  | {
      readonly kind: 'gitlab'
      readonly token: Secret
      readonly apiUrl: string
      /** Its path or number. */
      readonly project: string
      readonly mergeRequest: number
    }

export type ChannelKind = ChannelTarget<unknown>['kind']

/** What the form of a message depends on: nothing of where it goes. */
export type MessageForm =
  | { readonly kind: Exclude<ChannelKind, 'alertmanager'> }
  | Pick<Extract<ChannelTarget<unknown>, { readonly kind: 'alertmanager' }>, 'kind' | 'validMs'>

/** The form of what goes there. */
export function formOf(target: ChannelTarget<unknown>): MessageForm {
  if (target.kind === 'alertmanager') return { kind: target.kind, validMs: target.validMs }
  return { kind: target.kind }
}

/** A named destination. Without the two permissions only https and only public addresses are spoken to. */
export type Channel<Secret> = {
  readonly name: string
  readonly allowHttp: boolean
  readonly allowPrivate: boolean
  readonly target: ChannelTarget<Secret>
}
