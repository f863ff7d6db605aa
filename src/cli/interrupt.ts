/** An abort signal for Ctrl-C and SIGTERM. The first asks for an orderly end; after `release` the default action is back. */
export function interruptible(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const abort = (): void => {
    controller.abort(new DOMException('interrupted', 'AbortError'))
    release()
  }
  const release = (): void => {
    process.off('SIGINT', abort)
    process.off('SIGTERM', abort)
  }
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  return { signal: controller.signal, release }
}
