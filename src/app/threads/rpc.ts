import type { Async } from '../../service/async.ts'
import { Worker, type MessagePort } from 'node:worker_threads'
import { AppError, asAppError, type ErrorDocument } from '../../model/errors.ts'

/** Functions that another thread may call. Arguments and results must be structured-cloneable. */
export type Functions = { readonly [name: string]: (...args: never[]) => unknown }

type Call = { readonly call: number; readonly name: string; readonly args: readonly unknown[] }
type Answer =
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: ErrorDocument }

/** What a thread says without being asked. */
type Notice = { readonly notice: unknown }

/** What the other thread is spoken to through. */
export type Channel = {
  readonly post: (message: unknown) => void
  readonly listen: (listener: (message: unknown) => void) => void
}

/** The channel of a port, of a started thread, or of the thread that runs (`parentPort`). */
export function channelOf(end: MessagePort | Worker): Channel {
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
    post: (message) => end.postMessage(message),
    listen: (listener) => {
      if (end instanceof Worker) end.on('message', listener)
      else end.on('message', listener)
    },
  }
}

/**
 * Answers calls to `functions`, one after the other where they are synchronous. Only own functions can be called. An error goes over
 * as its AppError; a foreign one as `internal`, without its text, after `onFault` heard of it.
 */
export function expose(channel: Channel, functions: Functions, onFault: (name: string, error: unknown) => void): void {
  channel.listen((message) => {
    void answer(message as Call, functions, onFault).then((reply) => channel.post(reply))
  })
}

async function answer(
  { call, name, args }: Call,
  functions: Functions,
  onFault: (name: string, error: unknown) => void,
): Promise<Answer> {
  try {
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (!found) throw new AppError('internal', `no function ${name} in this thread`)
    return { answer: call, value: await found(...(args as never[])) }
  } catch (error) {
    const known = asAppError(error)
    if (known.code === 'internal') onFault(name, error)
    return { answer: call, error: known.toDocument() }
  }
}

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

export type RemoteThread<T extends Functions> = {
  readonly functions: Async<T>
  /** Rejects every call that waits, and all later ones: the thread is gone. */
  readonly fail: (error: AppError) => void
}

/** Calls the functions that the other end of the channel exposes. */
export function connectThread<T extends Functions>(
  channel: Channel,
  onNotice: (notice: unknown) => void = () => undefined,
): RemoteThread<T> {
  const waiting = new Map<number, Waiting>()
  let gone: AppError | null = null
  let calls = 0
  channel.listen((received) => {
    const message = received as Answer | Notice
    if ('notice' in message) return onNotice(message.notice)
    const caller = waiting.get(message.answer)
    if (!caller) return
    waiting.delete(message.answer)
    if ('error' in message) caller.reject(asError(message.error))
    else caller.resolve(message.value)
  })
  const invoke = (name: string, args: readonly unknown[]): Promise<unknown> => {
    if (gone) return Promise.reject(gone)
    calls += 1
    const call = calls
    const promise = new Promise((resolve, reject) => waiting.set(call, { resolve, reject }))
    channel.post({ call, name, args } satisfies Call)
    return promise
  }
  const functions = new Proxy({} as Async<T>, {
    // A promise asks whatever it resolves to for `then`: without this the remote could not be returned from an async function.
    get: (_, name) =>
      typeof name === 'string' && name !== 'then' ? (...args: readonly unknown[]) => invoke(name, args) : undefined,
  })
  return {
    functions,
    fail: (error) => {
      gone = error
      for (const caller of waiting.values()) caller.reject(error)
      waiting.clear()
    },
  }
}

function asError({ code, message, hint }: ErrorDocument): AppError {
  return new AppError(code, message, { hint })
}
