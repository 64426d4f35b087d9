import { runProgram } from '../../action/program.ts'
import { formatDuration } from '../../text/duration.ts'
import { oneLine } from '../../text/untrusted.ts'
import type { Check, Observation } from '../check.ts'
import { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'

/** A program ends with the expected exit code; its standard output is what the expectations are held against. */
export async function probe({ target, settings }: Check, { timeout, signal }: Attempt): Promise<Observation> {
  if (target.scheme !== 'exec') throw new TypeError('not an exec target')
  const started = performance.now()
  const ended = await runProgram(target.argv, { timeout, signal }).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT'
    const message = missing
      ? `there is no program ${target.argv[0]}`
      : `it could not be started: ${error.code ?? error.message}`
    throw new ProbeFailure('config', message, { permanent: missing })
  })
  const timings = { total: performance.now() - started }
  const said = oneLine(ended.stderr || ended.stdout, 200)
  if (signal.aborted) throw new ProbeFailure('cancelled', 'the step was stopped', { timings })
  if (ended.timedOut) {
    throw new ProbeFailure('timeout', `it did not end within ${formatDuration(timeout)}`, { timings })
  }
  if (ended.code !== settings['expect-exit']) {
    const how = ended.code === null ? `was ended by ${ended.endedBy}` : `exit code ${ended.code}`
    const wanted = `expected exit code ${settings['expect-exit']}`
    throw new ProbeFailure('exit', `${how}, ${wanted}${said === '' ? '' : `: ${said}`}`, { timings })
  }
  return { body: Buffer.from(ended.stdout), timings, note: `exit code ${ended.code}` }
}
