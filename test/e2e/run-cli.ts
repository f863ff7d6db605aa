import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'

export type CliResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs the command line as a process, as a user would, with an environment that holds nothing of the machine's own kubeconfig. */
export function runCli(
  args: readonly string[],
  options: { env?: Record<string, string>; stdin?: string; cwd?: string } = {},
): Promise<CliResult> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: `${tmpdir()}/flux-compare-no-such-home`, ...options.env }
  const child = spawn(process.execPath, [`${process.cwd()}/src/main.ts`, ...args], {
    env,
    cwd: options.cwd ?? process.cwd(),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.end(options.stdin ?? '')
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    )
  })
}
