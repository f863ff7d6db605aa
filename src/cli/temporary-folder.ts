import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../model/errors.ts'

/** A new folder among the temporary files, which the caller removes. Throws `output-failed` where none can be made (a read-only container). */
export async function temporaryFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('output-failed', `no folder for temporary files can be made in ${tmpdir()} (${code})`, {
      cause: error,
    })
  }
}
