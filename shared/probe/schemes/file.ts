import { constants, open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { formatDuration } from '../../text/duration.ts'
import { formatSize } from '../../text/units.ts'
import type { Check, Observation } from '../check.ts'
import { mismatch } from '../expect/match.ts'
import { ProbeFailure } from '../failure.ts'

/** A marker file is small; more than this is not read. */
const MAX_READ = 1_048_576

/** A regular file exists, is no older than `max-age`, and contains what it must. */
export async function probe({ target, settings }: Check): Promise<Observation> {
  if (target.scheme === 'exec') throw new TypeError('not a file target')
  const started = performance.now()
  const path = fileURLToPath(target.url)
  // Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      throw new ProbeFailure(
        'file',
        error.code === 'ENOENT' ? 'the file does not exist' : `${error.code}: ${error.message}`,
      )
    },
  )
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new ProbeFailure('file', 'it is not a regular file')
    const age = Math.max(0, Date.now() - stat.mtimeMs)
    const maxAge = settings['max-age']
    if (maxAge !== undefined && age > maxAge) {
      throw new ProbeFailure('file', `it is ${formatDuration(age)} old, more than ${formatDuration(maxAge)}`)
    }
    if (settings.contains !== undefined) {
      const length = Math.min(stat.size, MAX_READ)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0)
      const why = await mismatch(settings.contains, buffer.subarray(0, bytesRead).toString('utf8'))
      if (why !== undefined) throw new ProbeFailure('file', `it ${why}`)
    }
    return {
      timings: { total: performance.now() - started },
      note: `${formatSize(stat.size)}, ${formatDuration(age)} old`,
    }
  } finally {
    await file.close()
  }
}
