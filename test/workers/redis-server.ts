import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after } from 'node:test'

export type RedisServer = {
  readonly port: number
  readonly url: string
  /** Where it keeps its log (`appendonlydir`). */
  readonly folder: string
  readonly start: () => Promise<void>
  /** SIGKILL. What was written in the last second may be lost, as Redis has it with appendfsync everysec. */
  readonly kill: () => Promise<void>
  /** It takes connections and answers nothing, until it is thawed. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** Sends a command in the inline form, without a client of anybody. */
  readonly command: (text: string) => Promise<string>
}

/** How a server is started here: the program, and what stands before its own arguments. */
type Program = { readonly file: string; readonly args: readonly string[] }

/**
 * A redis-server on a free loopback port with a folder of its own, as the service demands it (AOF, noeviction); it ends with the test.
 * `args` come after those.
 */
export async function startRedis(
  t: { readonly after: (end: () => Promise<void>) => void },
  args: readonly string[] = [],
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-redis-'))
  const port = await freePort()
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    child = spawnRedis(folder, port, args)
    // The hooks after the last test run once nothing keeps the process alive.
    child.unref()
    await untilListening(port, child)
  }
  const kill = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  const killAtExit = (): void => void child?.kill('SIGKILL')
  process.once('exit', killAtExit)
  t.after(async () => {
    await kill()
    process.off('exit', killAtExit)
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    start,
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    command: (text) => inlineCommand(port, text),
  }
}

/** One for all tests of a file; ends after the last one. */
export function sharedRedis(): Promise<RedisServer> {
  return startRedis({ after: (end) => after(end) })
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function spawnRedis(folder: string, port: number, args: readonly string[]): ChildProcess {
  const { file, args: before } = redisProgram()
  if (args.includes('--sentinel'))
    return spawn(file, [...before, sentinelFile(folder, port), ...args], { stdio: 'ignore' })
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const policy = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction']
  return spawn(file, [...before, ...own, ...policy, ...args], { stdio: 'ignore' })
}

/** A sentinel takes no other options than those of its file, which it writes. */
function sentinelFile(folder: string, port: number): string {
  const path = join(folder, 'sentinel.conf')
  writeFileSync(path, `port ${port}\nbind 127.0.0.1\ndir ${folder}\n`)
  return path
}

/** Finds redis-server, or gets it; without a way to get it the tests stop with what to run: they are never skipped. */
function redisProgram(): Program {
  if (runs('redis-server', ['--version'])) return { file: 'redis-server', args: [] }
  const mayInstall = process.getuid?.() === 0 || process.env['CI'] !== undefined
  if (mayInstall && installRedis()) return { file: 'redis-server', args: [] }
  for (const engine of ['docker', 'podman']) {
    if (!runs(engine, ['info'])) continue
    const mounts = ['--volume', `${tmpdir()}:${tmpdir()}`]
    return { file: engine, args: ['run', '--rm', '--network', 'host', ...mounts, 'redis:7-alpine', 'redis-server'] }
  }
  throw new Error('These tests need redis-server. Run: sudo apt-get install redis-server')
}

function installRedis(): boolean {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const command = [...sudo, 'apt-get', 'install', '--yes', '--no-install-recommends', 'redis-server']
  return runs(command[0]!, command.slice(1)) && runs('redis-server', ['--version'])
}

function runs(file: string, args: readonly string[]): boolean {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    assert.equal(child.exitCode, null, 'redis-server ended')
    const answer = await inlineCommand(port, 'PING').catch(() => '')
    if (/^[+-]/.test(answer) && !answer.startsWith('-LOADING')) return
    await sleep(20)
  }
}

async function inlineCommand(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write(`${text}\r\n`)
    const [data] = (await once(socket, 'data')) as [Buffer]
    return data.toString()
  } finally {
    socket.destroy()
  }
}
