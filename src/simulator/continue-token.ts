/** Where a list goes on: at `revision` (-1: whatever is there now) after the key `after`, relative to the namespace listed. */
export type Position = { readonly revision: number; readonly after: string }

/** Kubernetes' opaque token: base64url of `{v, rv, start}`. A consistent one starts with a slash, an inconsistent one does not. */
export function encodeContinue({ revision, after }: Position): string {
  const start = `${revision === -1 ? '' : '/'}${after}\0`
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).toString('base64url')
}

/** Reads a token; what is wrong with it as the API server would say it. */
export function decodeContinue(token: string): Position | { readonly problem: string } {
  const bytes = Buffer.from(token, 'base64url')
  if (!/^[\w-]*$/.test(token))
    return { problem: `continue key is not valid: illegal base64 data at input byte ${token.search(/[^\w-]/)}` }
  const first = bytes[0] ?? 0
  if (first !== 0x7b) {
    const shown =
      first < 0x20 || first > 0x7e ? `\\u${first.toString(16).padStart(4, '0')}` : String.fromCharCode(first)
    return { problem: `continue key is not valid: invalid character '${shown}' looking for beginning of value` }
  }
  const position = positionOf(bytes.toString('utf8'))
  return (
    position ?? {
      problem: 'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    }
  )
}

function positionOf(text: string): Position | null {
  let token: unknown
  try {
    token = JSON.parse(text)
  } catch {
    return null
  }
  const { v, rv, start } = token as { v?: unknown; rv?: unknown; start?: unknown }
  if (v !== 'meta.k8s.io/v1' || typeof rv !== 'number' || rv === 0 || typeof start !== 'string') return null
  return { revision: rv, after: start.replace(/^\//, '').replace(/\0$/, '') }
}
